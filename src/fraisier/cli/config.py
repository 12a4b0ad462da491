"""`fraisier config`: check the file, show what it means, or describe its form to editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import common_options, door

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig


@door("fraisier config validate", "fraisier config validate --file fraises.yaml", name="validate")
@click.option("--file", metavar="FILE", help="Check this file; the same as -c.")
def validate(app: App, file: str | None) -> None:
    """Check the file; every error at once, with its line."""
    check(app, file)


def check(app: App, file: str | None) -> None:
    """What `config validate` and `validate` do. Raises `ConfigurationError` with everything that is wrong."""
    app.config_file = file or app.config_file
    config = app.config()
    unset = _unset(config)
    fraises = config.fraises.values()
    environments = sum(len(fraise.environments) for fraise in fraises)
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "valid": True,
                "file": str(config.path),
                "warnings": [*map(str, config.warnings), *unset],
            }
        )
        return
    for warning in unset:
        terminal.complain(f"Warning: {warning}")
    counted = f"{_count(len(fraises), 'fraise')}, {_count(environments, 'environment')}"
    terminal.say(f"✓ {config.path} is valid: {counted}.", colour="green")


def _unset(config: FraisierConfig) -> list[str]:
    """A variable may be set only where the deployment runs, so that a missing one is no error here."""
    from fraisier.secrets.variables import Variables

    known = Variables(config.path)
    return [
        f"{config.path}:{one.line}:{one.column}  {one.path}  ${{{one.name}}} is set neither here nor in secrets.env"
        for one in config.variables
        if one.name not in known
    ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@door("fraisier config show", "fraisier config show --json", name="show")
def show(app: App) -> None:
    """Show the effective configuration; secrets are masked."""
    shown = app.config().show()
    if app.json:
        terminal.answer({"schema": 1, **shown})
        return
    import yaml

    terminal.say(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True).rstrip())


@door("fraisier config schema > fraises.schema.json", name="schema")
def schema(app: App) -> None:  # noqa: ARG001 - every door gets it
    """Print JSON Schema of fraises.yaml, for editors."""
    from json import dumps

    from fraisier.config.schema import schema as whole

    terminal.say(dumps(whole(), indent=2, ensure_ascii=False))


command = click.Group(
    "config",
    help="Check or show the configuration.",
    commands=[validate, show, schema],
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
