"""`fraisier unhold`: pushes need not wait any more."""

from __future__ import annotations

import click

from fraisier.cli import known, person, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier unhold my_api production", name="unhold")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--reason", metavar="TEXT", help="Why; it is recorded.")
def command(app: App, fraise: str, environment: str, reason: str | None) -> None:
    """Let pushes run again in an environment.

    Lifts what a failed deployment, a rollback or `fraisier hold` has set. The newest push that waits then runs.
    """
    config = app.config()
    config.get_fraise_environment(fraise, environment)
    database = app.database(config)
    lane = {"fraise": fraise, "environment": environment}
    lifted = database.call("fn_unhold", **lane, by=person.name(), reason=reason, asked_from=person.place())
    waiting = [row["identifier"] for row in database.rows("pending_requests", **lane)]
    if app.json:
        terminal.answer(
            {"schema": 1, **lane, "hold": None, "was_held": lifted is not None, "waiting": waiting}
        )
        return
    what = "is not held any more" if lifted else "was not held"
    terminal.say(f"{fraise} → {environment} {what}.")
    if waiting:
        terminal.say(f"{' and '.join(waiting)} can run now.")
