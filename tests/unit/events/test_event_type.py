"""The list of events is that of what is really written."""

import re
from pathlib import Path

import pytest

import fraisier
from fraisier.model.event_type import OUTCOMES, TYPES, matches

SOURCE = Path(fraisier.__file__).parent
FAMILIES = "|".join(sorted({kind.partition(".")[0] for kind in TYPES}))


def written():
    """Every type that the SQL and the code spell out, and those that end in a status."""
    found = set()
    for file in SOURCE.rglob("*.sql"):
        found |= set(re.findall(rf"'((?:{FAMILIES})\.[a-z_]+)'", file.read_text(encoding="utf-8")))
    for file in SOURCE.rglob("*.py"):
        said = rf"(?:event\(|restored\(|event ?= ?|type=)\"((?:{FAMILIES})\.[a-z_]+)\""
        found |= set(re.findall(said, file.read_text(encoding="utf-8")))
    found |= {f"request.{status}" for status in ("completed", "failed", "cancelled")}  # fn_finish_request
    found |= {f"deployment.{way}" for way in ("resumed", "taken_over")}  # fn_take_over
    statuses = ("succeeded", "failed", "rolled_back", "rollback_failed", "cancelled", "superseded")
    return found | {f"deployment.{status}" for status in statuses}  # fn_complete_deployment


def test_every_event_that_is_written_is_listed_and_the_other_way_round():
    assert written() == set(TYPES)


@pytest.mark.parametrize(
    ("patterns", "kind", "fits"),
    [
        (("*",), "lane.held", True),
        (("deployment.*",), "deployment.rolled_back", True),
        (("deployment.*",), "health_check.failed", False),
        (("*.failed",), "health_check.failed", True),
        (("deployment.failed", "lane.*"), "lane.held", True),
        ((), "lane.held", False),
    ],
)
def test_patterns(patterns, kind, fits):
    assert matches(patterns, kind) is fits


def test_what_people_hear_when_they_do_not_choose():
    assert set(OUTCOMES) <= set(TYPES)
