"""Every command with its help line. Static, so that `fraisier --help` imports no command at all."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

COMMANDS: Final = {
    "config": "Check or show the configuration.",
    "demo": "Watch the whole path once: deploy, push, a bad version going back, rollback.",
    "deploy": "Deploy a fraise to an environment.",
    "history": "Show past deployments, newest first.",
    "list": "List all fraises and where they run.",
    "logs": "Show what a deployment did, or what a service wrote.",
    "rollback": "Bring an earlier version of a fraise back.",
    "serve": "Receive pushes and run the deployments they ask for.",
    "status": "Show what runs in an environment, and how it is.",
}


class LazyGroup(click.Group):
    """Imports `fraisier.cli.<name>` when that command runs, and takes its `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"fraisier.cli.{cmd_name}").command
        return found if isinstance(found, click.Command) else None

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - as above
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=line) for name, line in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]
