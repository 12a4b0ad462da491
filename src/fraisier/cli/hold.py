"""`fraisier hold`: pushes wait until a person says otherwise."""

from __future__ import annotations

import click

from fraisier.cli import known, person, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier hold my_api production --reason 'sale until Monday'", name="hold")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--reason", metavar="TEXT", required=True, help="Why; it is recorded and shown to everybody.")
def command(app: App, fraise: str, environment: str, reason: str) -> None:
    """Make pushes wait in an environment.

    What runs goes on; people may still deploy, and a deployment of theirs that succeeds ends the hold. So does
    `fraisier unhold`; the newest push then runs.
    """
    config = app.config()
    config.get_fraise_environment(fraise, environment)
    lane = app.database(config).call(
        "fn_hold",
        fraise=fraise,
        environment=environment,
        by=person.name(),
        reason=reason,
        asked_from=person.place(),
    )
    hold = lane or {}
    if app.json:
        told = {"since": hold["hold_since"], "reason": hold["hold_reason"], "by": hold["hold_by"]}
        terminal.answer({"schema": 1, "fraise": fraise, "environment": environment, "hold": told})
        return
    terminal.say(f"{fraise} → {environment} is held since {times.moment(hold['hold_since'])}: pushes wait.")
