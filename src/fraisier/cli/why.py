"""`fraisier why`: what happens in one environment now, in one paragraph."""

from __future__ import annotations

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier why my_api production", "fraisier why my_api production --json", name="why")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
def command(app: App, fraise: str, environment: str) -> None:
    """Say what runs or is stuck in an environment, and what comes next.

    Which step, since when, who holds the lock and until when, what would happen if that process died now; what is
    held, and what waits.
    """
    from fraisier.observer.story import read_story
    from fraisier.observer.telling import fate, told

    config = app.config()
    identity = config.get_fraise_environment(fraise, environment).identity
    story = read_story(app.database(config), identity)
    if not app.json:
        terminal.say(terminal.one_line(told(story)))
        return
    lock, step = story.lock, story.step
    terminal.answer(
        {
            "schema": 1,
            "fraise": fraise,
            "environment": environment,
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
    )
