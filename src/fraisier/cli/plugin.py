"""`fraisier plugin`: code of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import common_options, door

if TYPE_CHECKING:
    from fraisier.plugins.load import Plugin


@door("fraisier plugin install ./my_provider.py", name="install")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a plugin of the same file name.")
def install(app: App, file: Path, force: bool) -> None:
    """Install a provider, forge or deployer from one Python file.

    It goes to /opt/fraisier/providers where that folder exists, else to a folder of yours; modules beside it that it
    imports go along. It is used under its `name`, else under the name of its file without `_impl`.
    """
    from fraisier.plugins.install import install

    plugin = install(file, force=force)
    if app.json:
        terminal.answer({"schema": 1, **as_dict(plugin)})
        return
    for offer in plugin.offers:
        terminal.say(f"✓ {offer.kind} {offer.name}: {plugin.file}", colour="green")


@door("fraisier plugin list", name="list")
def list_(app: App) -> None:
    """List what is installed, and what of it is broken."""
    from fraisier.cli import table
    from fraisier.plugins.folder import target
    from fraisier.plugins.load import load

    plugins = [plugin for plugin in load() if plugin.offers or plugin.trouble]
    if app.json:
        terminal.answer([{"schema": 1, **as_dict(plugin)} for plugin in plugins])
    elif plugins:
        table.show(("Kind", "Name", "File"), [row for plugin in plugins for row in rows(plugin)])
    else:
        terminal.say(f"No plugins in {target()}.")


@door("fraisier plugin remove my_provider", name="remove")
@click.argument("name")
def remove(app: App, name: str) -> None:
    """Delete a plugin, by what it offers or by the name of its file."""
    from fraisier.plugins.install import remove

    file = remove(name)
    if app.json:
        terminal.answer({"schema": 1, "removed": str(file)})
    else:
        terminal.say(f"✓ {file} is gone.", colour="green")


def as_dict(plugin: Plugin) -> dict[str, Any]:
    return {
        "file": str(plugin.file),
        "offers": [{"kind": offer.kind, "name": offer.name} for offer in plugin.offers],
        "error": plugin.trouble or None,
    }


def rows(plugin: Plugin) -> list[tuple[str, str, str]]:
    """One line for each thing that a file offers, or for what is wrong with it."""
    if plugin.trouble:
        return [("broken", plugin.file.stem, f"{plugin.file}: {plugin.trouble}")]
    return [(offer.kind, offer.name, str(plugin.file)) for offer in plugin.offers]


command = click.Group(
    "plugin",
    help="Install, list and remove code of your own.",
    commands=[install, list_, remove],
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
