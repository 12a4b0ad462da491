"""`fraisier why`: what happens in one environment now, in one paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.members import members_of

if TYPE_CHECKING:
    from fraisier.observer.story import Story


@door("fraisier why my_api production", "fraisier why my_api production --json", name="why")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--job", metavar="NAME", default="", help="Of this job instead of the deployments.")
def command(app: App, fraise: str, environment: str, job: str) -> None:
    """Say what runs or is stuck in an environment, and what comes next.

    Which step, since when, who holds the lock and until when, what would happen if that process died now; what is
    held, and what waits. A service group gives a paragraph for each member.
    """
    from fraisier.model.identity import Identity
    from fraisier.observer.story import read_story
    from fraisier.observer.telling import told

    config = app.config()
    asked, database = config.get_fraise(fraise), app.database(config)
    members = members_of(config, asked, environment)
    lanes = [Identity(member.fraise, environment, job) for member in members]
    stories = [read_story(database, lane) for lane in lanes]
    if app.json:
        answers = [_as_dict(story) for story in stories]
        terminal.answer(answers if asked.services else answers[0])
        return
    for story in stories:
        terminal.say(terminal.one_line(told(story)))


def _as_dict(story: Story) -> dict[str, Any]:
    from fraisier.observer.telling import fate, told

    lock, step = story.lock, story.step
    return {
        "schema": 1,
        "fraise": story.identity.fraise,
        "environment": story.identity.environment,
        "state": story.state,
        "deployment_id": story.deployment["identifier"] if story.deployment else None,
        "request_id": story.claimed["identifier"] if story.claimed else None,
        "step": {"name": step["kind"], "status": step["status"], "since": step["started_at"]}
        if step
        else None,
        "lock": {"holder": lock["holder"], "since": lock["acquired_at"], "expires": lock["expires_at"]}
        if lock
        else None,
        "if_it_died": fate(story),
        "waiting": [row["identifier"] for row in story.waiting],
        "text": told(story),
    }
