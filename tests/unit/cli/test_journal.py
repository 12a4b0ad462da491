"""What a deployment did, from its rows."""

import json

from fraisier.cli import journal

ROW = {
    "identifier": "dep_00003",
    "fraise": "my_api",
    "environment": "production",
    "job": "",
    "kind": "deploy",
    "status": "rolled_back",
    "old_version": "a" * 40,
    "new_version": "b" * 40,
    "triggered_by": "webhook",
    "requested_by": "octocat",
    "started_at": "2026-01-15T10:00:00Z",
    "duration_seconds": 4.2,
    "not_undone": None,
    "details": None,
    "error_code": "unhealthy",
    "error_exit_code": 1,
    "error_message": "GET /health answered 500",
    "error_hint": "Read its log.",
    "plan": json.dumps(
        {
            "steps": [{"doing": doing} for doing in ("", "Building", "Health check...", "", "Tidying")],
            "old": {"commit": {"sha": "a" * 40, "tag": "v1"}},
            "commit": {"sha": "b" * 40, "tag": None},
            "target": "bare-metal/localhost",
        }
    ),
}


def step(status, kind, title, **more):
    given = {"note": None, "error": None, "output": None, "duration_seconds": 0.2}
    return {"status": status, "kind": kind, "title": title, **given, **more}


BEGUN = [
    step("done", "preflight", "Pre-flight checks passed", duration_seconds=None),
    step("undone", "build_release", "Built", output="compiling\x1b[2J\nready\n"),
    step("undone", "check_health", "Health check passed", error="GET /health answered 500"),
    step("skipped", "run_in_release", "Database migrated", note="no command"),
    step("pending", "prune", "Old releases removed", duration_seconds=None),
]
STEPS = [{"ordinal": ordinal, **each} for ordinal, each in enumerate(BEGUN)]


def test_heading_and_lines():
    text = "\n".join(line for line, _ in [*journal.heading(ROW), *journal.lines(ROW, STEPS)])
    assert text == (
        "dep_00003  my_api → production  deploy  rolled_back\n"
        "  webhook by octocat, 2026-01-15 10:00:00 UTC\n"
        "\n"
        "  ✓ Pre-flight checks passed\n"
        "  ↩ Building [undone]  0.2s\n"
        "      compiling\n"
        "      ready\n"
        "  ✗ Health check [undone]: GET /health answered 500  0.2s\n"
        "  - Run in release [skipped]: no command  0.2s\n"
        "\n"
        "✗ Deployment failed: GET /health answered 500\n"
        "  Rolled back to v1, which is healthy again.\n"
        "  Duration: 4.2s\n"
        "  Target: bare-metal/localhost\n"
        "Hint: Read its log."
    )
