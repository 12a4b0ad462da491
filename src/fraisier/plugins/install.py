"""Puts a plugin into the folder, and takes it out again."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from fraisier.errors import ConfigurationError
from fraisier.plugins.folder import folders, own_folder, target
from fraisier.plugins.load import Offer, Plugin, load, read


def install(file: Path, *, force: bool = False) -> Plugin:
    """Copy a file and the modules beside it that it imports. Raises `ConfigurationError`; then nothing is copied."""
    tried = _tried(file)
    folder = target()
    copied = [file, *_neighbours(file)]
    for source in copied:
        there = folder / source.name
        if there.exists() and not force and there.read_bytes() != source.read_bytes():
            raise ConfigurationError(
                f"{there} exists and is another file.", hint="Add --force to replace it."
            )
    for source in copied:
        _put(source, folder)
    load.cache_clear()
    installed = tuple(
        Offer(kind=offer.kind, name=offer.name, cls=offer.cls, file=folder / file.name)
        for offer in tried.offers
    )
    return Plugin(file=folder / file.name, offers=installed)


def _tried(file: Path) -> Plugin:
    """What the file would offer. Raises `ConfigurationError` when that is nothing."""
    if not file.is_file() or file.suffix != ".py":
        raise ConfigurationError(f"{file} is not a Python file.", hint="Name one file that ends in .py.")
    plugin = read(file.absolute())
    if plugin.trouble:
        raise ConfigurationError(f"{file} cannot be used: {plugin.trouble}.", hint="Mend it and try again.")
    if not plugin.offers:
        raise ConfigurationError(
            f"{file} offers nothing: it has no class that is a provider, a forge or a deployer.",
            hint="A provider has deploy() and health_check(), a deployer steps(), a forge "
            "verify_webhook_signature() and parse_webhook_event().",
        )
    return plugin


def _neighbours(file: Path) -> list[Path]:
    """The files beside it that it imports by name, and those that these import."""
    found: list[Path] = []
    waiting = [file]
    while waiting:
        for name in sorted(_imported(waiting.pop())):
            beside = file.parent / f"{name}.py"
            if beside.is_file() and beside not in {file, *found}:
                found.append(beside)
                waiting.append(beside)
    return found


def _imported(file: Path) -> set[str]:
    tree = ast.parse(file.read_bytes())
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | named}


def _put(source: Path, folder: Path) -> None:
    """Whole or not at all, readable by all who run Fraisier."""
    part = folder / f".{source.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, part)
        part.chmod(0o644)
        part.replace(folder / source.name)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be written: {error.strerror}.", hint="Run this as the owner of that folder."
        ) from error


def remove(name: str) -> Path:
    """Delete the file of a plugin, given by what it offers or by its own name. Raises `ConfigurationError`."""
    for plugin in load():
        names = {plugin.file.name, plugin.file.stem, *(offer.name for offer in plugin.offers)}
        if name in names:
            try:
                plugin.file.unlink()
            except OSError as error:
                raise ConfigurationError(
                    f"{plugin.file} cannot be deleted: {error.strerror}.", hint="Run this as its owner."
                ) from error
            load.cache_clear()
            return plugin.file
    searched = ", ".join(str(folder) for folder in folders() or [own_folder()])
    raise ConfigurationError(f"No plugin is called {name!r}.", hint=f"Searched: {searched}.")
