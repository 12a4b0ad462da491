"""One wrong letter in any key of a valid file is an error that names its line."""

from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fraisier.config.document import compose
from fraisier.config.node import Mapping, Node, Scalar, Sequence
from fraisier.config.problem import InvalidConfiguration, Problems
from fraisier.config.reader import read
from fraisier.config.section import normal

TEXT = (Path(__file__).parents[3] / "fraises.example.yaml").read_text(encoding="utf-8")
OF_THE_USER = {"fraises", "environments", "env_vars", "headers", "branch_mapping", "jobs"}


def keys(node: Node, *, users: bool = False) -> list[tuple[Scalar, frozenset[str]]]:
    """Every key that is ours, with its neighbours."""
    found = []
    if isinstance(node, Mapping):
        neighbours = frozenset(key.text for key, _ in node.entries)
        for key, value in node.entries:
            found += [] if users else [(key, neighbours)]
            found += keys(value, users=key.text in OF_THE_USER and not users)
    elif isinstance(node, Sequence):
        found = [one for item in node.items for one in keys(item)]
    return found


KEYS = keys(compose(TEXT, Problems("f")))
OTHERS = {key.text for key, _ in KEYS}
"""Another key of ours means something else, and may be refused for another reason."""


@st.composite
def misspellings(draw: st.DrawFn) -> tuple[Scalar, str]:
    key, neighbours = draw(st.sampled_from(KEYS))
    at = draw(st.integers(0, len(key.text) - 1))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    rest = key.text[at + 1 :]
    changed = draw(
        st.sampled_from(
            [
                key.text[:at] + rest,
                key.text[:at] + letter + rest,
                key.text[:at] + letter + key.text[at:],
                key.text[:at] + rest[:1] + key.text[at] + rest[1:],
            ]
        )
    )
    assume(changed and normal(changed) != normal(key.text) and changed not in neighbours)
    assume(changed not in OTHERS)
    assume({key.text, changed} != {"host", "hosts"})  # one letter, and another meaning
    return key, changed


@settings(max_examples=150, deadline=None)
@given(misspellings())
def test_a_misspelt_key_is_named_with_its_line(misspelling):
    key, changed = misspelling
    lines = TEXT.splitlines()
    line = lines[key.line - 1]
    lines[key.line - 1] = line[: key.column - 1] + changed + line[key.column - 1 + len(key.text) :]
    try:
        read("\n".join(lines), "f")
    except InvalidConfiguration as error:
        here = [
            problem for problem in error.errors if (problem.line, problem.column) == (key.line, key.column)
        ]
        named = [problem for problem in here if problem.kind in {"unknown_key", "not_supported_yet"}]
        assert [problem.path.split(".")[-1] for problem in named] == [changed]
    else:
        raise AssertionError(f"{key.text} as {changed} on line {key.line} was accepted")
