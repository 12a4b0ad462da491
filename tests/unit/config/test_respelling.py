"""However a valid configuration is spelt within the documents' spellings, it means the same."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fraisier.config.reader import read
from tests.support.documents import documents, plainly, respelt, written


def meaning(text):
    """The model, without where its variables stand."""
    return msgspec.structs.replace(read(text, "fraises.yaml"), variables=())


@settings(max_examples=100, deadline=None)
@given(documents(), st.integers(0, 2**32))
def test_every_spelling_gives_the_same_model(document, seed):
    plain, other = written(plainly(document)), respelt(document, seed)
    assert meaning(other) == meaning(plain)
