"""`fraisier bootstrap`: from a bare machine to one that can be deployed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.observer.bootstrap import Line


@door(
    "fraisier bootstrap my_api production --dry-run",
    "fraisier bootstrap my_api production",
    name="bootstrap",
)
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--as", "login", default="root", show_default=True, metavar="USER", help="Who logs in there.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
def command(app: App, fraise: str, environment: str, login: str, dry_run: bool) -> None:
    """Make the machines of an environment ready for it.

    For Debian and Ubuntu with Python 3.8 or newer: git, the users of ssh_user and user, their keys and rights, and
    app_path. What is there already is left as it is, so it may be repeated at any time.
    """
    import asyncio

    from fraisier.observer.bootstrap import bootstrap
    from fraisier.observer.grounds import Grounds

    config = app.config()
    target = config.get_fraise_environment(fraise, environment)
    grounds = Grounds(app.database(config), config.path)
    lines: list[Line] = []

    def told(line: Line) -> None:
        lines.append(line)
        if not app.json:
            _say(line, several=len(target.hosts) > 1)

    asyncio.run(bootstrap(grounds, target, login, told, dry_run=dry_run))
    if app.json:
        rows = [
            {
                "host": each.host,
                "title": each.title,
                "status": str(each.brought),
                "command": each.command or None,
            }
            for each in lines
        ]
        terminal.answer(
            {
                "schema": 1,
                "fraise": fraise,
                "environment": environment,
                "dry_run": dry_run,
                "provisions": rows,
            }
        )
    elif not dry_run:
        terminal.say(f"{fraise} → {environment} can be deployed to.", colour="green")


def _say(line: Line, *, several: bool) -> None:
    mark = "·" if line.brought == "to do" else "✓"
    where = f"[{line.host}] " if several else ""
    how = f": {line.command}" if line.command else ""
    terminal.say(terminal.one_line(f"{mark} {where}{line.title} ({line.brought}{how})"))
