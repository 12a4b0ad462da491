"""Every command with its help line. Static, so that `fraisier --help` imports no command at all."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

SECTIONS: Final = {
    "Deploy": {
        "deploy": "Deploy a fraise to one or more environments.",
        "rollback": "Bring an earlier version of a fraise back.",
        "cancel": "End a deployment; the old version stays, or comes back.",
        "job": "Run a job now, or show all of them.",
        "backup": "List backups of a fraise of type backup, or restore one.",
        "complete": "Mark a deployment as done by hand: its version is live and well.",
    },
    "Look": {
        "list": "List all fraises and where they run.",
        "status": "Show what runs in an environment, and how it is.",
        "status-all": "Show how every environment is, as it is recorded.",
        "test": "Run the health checks of an environment now.",
        "drift": "Say what was changed on the targets since the last deployment.",
        "why": "Say what runs or is stuck in an environment, and what comes next.",
        "history": "Show past deployments, newest first.",
        "logs": "Show what a deployment did, or what a service wrote.",
        "stats": "Count deployments and how they ended.",
        "webhooks": "Show received webhooks, newest first.",
        "audit": "Show who did what, newest first.",
        "events": "Show what happened, oldest first.",
        "notifications": "Show who is told what happens, and send again what did not arrive.",
    },
    "Run": {
        "serve": "Receive pushes and run the deployments they ask for.",
        "observe": "Run deployments that others have asked for, and end what died.",
        "metrics": "Export metrics for Prometheus until a signal ends it.",
        "monitoring": "Write prometheus.yml, alert rules and a Grafana dashboard into a folder.",
        "start": "Start the service of an environment.",
        "stop": "Stop the service of an environment; its version stays.",
        "hold": "Make pushes wait in an environment.",
        "unhold": "Let pushes run again in an environment.",
        "lock": "Show locks, or take one away.",
        "fence": "Decide which installation of Fraisier a target obeys.",
    },
    "Set up": {
        "init": "Write a first fraises.yaml for this folder.",
        "bootstrap": "Make the machines of an environment ready for it.",
        "validate": "Check the file; every error at once, with its line.",
        "config": "Check or show the configuration.",
        "doctor": "Say what is wrong here, and the command that mends it.",
        "providers": "List where fraises can run: built in and from plugins.",
        "provider-test": "Check that a provider can work here.",
        "plugin": "Install, list and remove code of your own.",
        "db": "Look after Fraisier's own database.",
        "completion": "Print the script that completes words in your shell.",
        "demo": "Watch the whole path once.",
    },
}
COMMANDS: Final = {name: line for section in SECTIONS.values() for name, line in section.items()}


def module_of(name: str) -> str:
    """The module that holds a command: `status-all` is in `fraisier.cli.status_all`."""
    return f"fraisier.cli.{name.replace('-', '_')}"


class LazyGroup(click.Group):
    """Imports a command's module when it runs, and takes its `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in COMMANDS:
            return None
        found = import_module(module_of(cmd_name)).command
        return found if isinstance(found, click.Command) else None

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - as above
        formatter: click.HelpFormatter,
    ) -> None:
        widest = max(map(len, COMMANDS))
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), line) for name, line in section.items()])

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=line) for name, line in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]
