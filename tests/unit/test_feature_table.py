import pytest

from scripts.feature_table import features
from scripts.features import verdict


def test_every_row_of_the_table_is_read():
    rows = features()
    assert len(rows) == 296
    assert rows["CLI-05"].words == "fraisier deploy FRAISE ENV"
    assert rows["CLI-05"].section == "CLI commands and flags"


def test_an_id_that_stands_there_twice_is_refused(tmp_path):
    table = tmp_path / "features.md"
    table.write_text("| CLI-01 | one | P |\n| CLI-01 | two | P |\n")
    with pytest.raises(ValueError, match="CLI-01 stands there twice"):
        features(table)


@pytest.mark.parametrize(
    ("tests", "outcomes", "word"),
    [
        ([], {}, "no test"),
        (["a"], {}, "not run"),
        (["a", "b"], {"a": "passed", "b": "failed"}, "failed"),
        (["a", "b"], {"a": "passed", "b": "skipped"}, "skipped"),
        (["a", "b"], {"a": "passed", "b": "passed"}, "proven"),
    ],
)
def test_a_row_is_proven_when_all_its_tests_passed(tests, outcomes, word):
    assert verdict(tests, outcomes) == word
