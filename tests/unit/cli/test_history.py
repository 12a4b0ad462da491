"""What history filters by, and what one row says."""

from types import SimpleNamespace

import click
import pytest

from fraisier.cli import history, table

FRAISES = {
    "my_api": SimpleNamespace(environments={"production": None, "staging": None}),
    "production": SimpleNamespace(environments={"eu": None}),
    "worker": SimpleNamespace(environments={"staging": None}),
}
ROW = {
    "identifier": "dep_00002",
    "started_at": "2026-01-15T10:00:00.5Z",
    "fraise": "my_api",
    "environment": "production",
    "job": "",
    "kind": "deploy",
    "status": "failed",
    "old_version": None,
    "new_version": "abc1234" + "0" * 33,
    "old_shown": None,
    "new_shown": "1.2.4",
    "warnings": '["a"]',
    "duration_seconds": 3.21,
    "recovers": None,
    "requested_by": "ada\x1b[2J\nlovelace",
}


@pytest.mark.parametrize(
    ("fraise", "environment", "wanted"),
    [
        (None, None, (None, None)),
        ("my_api", None, ("my_api", None)),
        ("my_api", "staging", ("my_api", "staging")),
        ("staging", None, (None, "staging")),
        ("production", None, ("production", None)),
        ("gone", None, ("gone", None)),
        (None, "staging", (None, "staging")),
    ],
)
def test_a_single_environment_name_filters_by_environment(fraise, environment, wanted):
    assert history.chosen(SimpleNamespace(fraises=FRAISES), fraise, environment) == wanted


def test_two_spellings_must_agree():
    assert history.one("my_api", None, "fraise") == history.one(None, "my_api", "fraise") == "my_api"
    assert history.one("my_api", "my_api", "fraise") == "my_api"
    with pytest.raises(click.UsageError, match="Two names for the fraise: 'a' and --fraise 'b'"):
        history.one("a", "b", "fraise")


def test_a_row_is_one_line_in_a_pipe(capsys):
    table.show(history.HEADINGS, [history.cells(ROW)])
    heading, line = capsys.readouterr().out.splitlines()
    assert line == (
        "dep_00002   2026-01-15 10:00:00 UTC  my_api  production   deploy  failed, 1 warning  — → 1.2.4  3.2s      ada lovelace"
    )
    assert heading == (
        "Deployment  Started                  Fraise  Environment  Kind    Status             Version    Duration  By"
    )


def test_a_recovery_says_what_it_ended_and_why():
    told = {"kind": "recovery", "status": "success", "recovers": "dep_00001", "reason": "its owner died"}
    assert history.cells(ROW | told)[4:6] == ("recovery of dep_00001", "success: its owner died")
