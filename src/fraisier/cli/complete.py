"""`fraisier complete`: a person has looked, and the new version is well."""

from __future__ import annotations

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier complete dep_00042 --reason 'slow start; answers well'", name="complete")
@click.argument("deployment")
@click.option("--reason", metavar="TEXT", required=True, help="What you saw; it is recorded.")
def command(app: App, deployment: str, reason: str) -> None:
    """Mark a deployment as done by hand: its version is live and well.

    For a deployment that timed out although the service is healthy. The target itself must show the new version,
    running. One that still waits for its health check ends as a success; one that has ended keeps its row, and a new
    one beside it says so. Lifts the hold of the environment.
    """
    import asyncio

    from fraisier.cli import waiting
    from fraisier.model.commit import short
    from fraisier.observer import by_hand
    from fraisier.observer.grounds import Grounds

    config = app.config()
    grounds = Grounds(app.database(config), config.path)
    asking = waiting.asking(True, None, False)
    row = asyncio.run(by_hand.complete(grounds, deployment, asking, reason))
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "deployment_id": row["identifier"],
                "fraise": row["fraise"],
                "environment": row["environment"],
                "status": row["status"],
                "new_version": row["new_version"],
            }
        )
        return
    lane = f"{row['fraise']} → {row['environment']}"
    terminal.say(f"✓ {row['identifier']}: {short(row['new_version'])} is live in {lane}.")
