"""`fraisier cancel`: end what was asked for; the old version stays or comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.database import Database

Row = dict[str, Any]


@door(
    "fraisier cancel my_api production",
    "fraisier cancel dep_00042 --reason 'wrong branch'",
    "fraisier cancel req_00042 --no-wait",
    name="cancel",
)
@click.argument("fraise", metavar="FRAISE|DEPLOYMENT|REQUEST", shell_complete=known.fraises)
@click.argument("environment", required=False, shell_complete=known.environments)
@click.option("--reason", metavar="TEXT", help="Why; it is recorded.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Stay until it has ended.")
def command(app: App, fraise: str, environment: str | None, reason: str | None, wait: bool) -> int:
    """End a deployment; the old version stays, or comes back.

    A fraise and its environment mean what runs there, or when nothing runs, what waits. A request that waits is
    taken out; a running deployment goes back, whichever process runs it. Exits with 1 when it came too late.
    """
    import asyncio

    from fraisier.cli import waiting
    from fraisier.observer import cancel
    from fraisier.observer.grounds import Grounds

    config = app.config()
    database = app.database(config)
    if environment:
        found = cancel.find_open(database, config.get_fraise_environment(fraise, environment).identity)
        if found is None:
            return _nothing(app, fraise, environment)
    else:
        found = cancel.find(database, fraise)
    asking = waiting.asking(wait, None, False)
    grounds = Grounds(database, config.path)
    return _show(app, database, asyncio.run(cancel.cancel(grounds, found, asking, reason)))


def _nothing(app: App, fraise: str, environment: str) -> int:
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "fraise": fraise,
                "environment": environment,
                "request_id": None,
                "deployment_id": None,
                "status": "nothing_to_cancel",
            }
        )
    else:
        terminal.say(f"Nothing runs or waits in {fraise} → {environment}.")
    return 0


def _show(app: App, database: Database, request: Row) -> int:
    deployment = database.row("deployment_of_request", request=request["pk_deployment_request"])
    status = str(deployment["status"] if deployment else request["status"])
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "fraise": request["fraise"],
                "environment": request["environment"],
                "request_id": request["identifier"],
                "deployment_id": request["deployment_id"],
                "status": status,
            }
        )
    else:
        terminal.say(_told(request, deployment, status))
    return {"cancelled": 0, "in_progress": 0, "processing": 0, "rollback_failed": 4}.get(status, 1)


def _told(request: Row, deployment: Row | None, status: str) -> str:
    name = f"{request['deployment_id'] or request['identifier']} for {request['fraise']} → {request['environment']}"
    if status in {"in_progress", "processing"}:
        return f"{name} is told to go back."
    if status != "cancelled":
        return f"{name} had ended already: {status}."
    if deployment is None:
        return f"✓ {name} is cancelled. It had not begun to change anything."
    return f"✓ {name} is cancelled. What ran before is live."
