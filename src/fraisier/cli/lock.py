"""`fraisier lock`: who owns a lane now, and taking it away."""

from __future__ import annotations

from typing import Any, Final

import click

from fraisier.cli import known, person, table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import common_options, door

HEADINGS: Final = ("Fraise", "Environment", "Holder", "Since", "Until", "Deployment", "Lease")


@door("fraisier lock list", "fraisier lock list --json", name="list")
def show(app: App) -> None:
    """Show every lock: who holds it, since when, for what.

    A lock that has expired belongs to a process that died; the next observer or command there takes over.
    """
    rows = app.database(app.config()).rows("locks")
    if app.json:
        terminal.answer([_as_dict(row) for row in rows])
    elif rows:
        table.show(HEADINGS, [_cells(row) for row in rows])
    else:
        terminal.say("No locks: nothing runs.")


@door("fraisier lock break my_api production --reason 'its machine is gone'", name="break")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--job", metavar="NAME", default="", help="The lock of this job instead of the environment's.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it is recorded.")
def take(app: App, fraise: str, environment: str, job: str, reason: str) -> None:
    """Take a lock away from its holder, who stops.

    The deployment is not ended by this: the next observer, or the next command there, takes it over and ends it.
    To end a deployment whose process lives, use `fraisier cancel`.
    """
    config = app.config()
    config.get_fraise_environment(fraise, environment)
    broken = app.database(config).call(
        "fn_break_lock",
        fraise=fraise,
        environment=environment,
        job=job,
        by=person.name(),
        reason=reason,
        asked_from=person.place(),
    )
    if app.json:
        lock = {"holder": broken["holder"], "since": broken["acquired_at"]} if broken else None
        terminal.answer({"schema": 1, "fraise": fraise, "environment": environment, "broken": lock})
    elif broken is None:
        terminal.say(f"Nobody holds {_lane(fraise, environment, job)}.")
    else:
        terminal.say(f"{broken['holder']} does not hold {_lane(fraise, environment, job)} any more.")
        terminal.say(f"Next: fraisier why {fraise} {environment}" + (f" --job {job}" if job else ""))


def _lane(fraise: str, environment: str, job: str) -> str:
    return f"{fraise} → {environment}" + (f", job {job}" if job else "")


def _as_dict(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": 1,
        "fraise": row["fraise"],
        "environment": row["environment"],
        "job": row["job"],
        "holder": row["holder"],
        "since": row["acquired_at"],
        "expires": row["expires_at"],
        "deployment_id": row["deployment_id"],
        "valid": bool(row["valid"]),
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(row["fraise"]),
        "/".join(filter(None, (row["environment"], row["job"]))),
        str(row["holder"]),
        times.moment(row["acquired_at"]),
        times.moment(row["expires_at"]),
        str(row["deployment_id"] or times.NOTHING),
        "held" if row["valid"] else "expired",
    )


command = click.Group(
    "lock",
    help="Show locks, or take one away.",
    commands=[show, take],
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
