"""Reads the plugins, once, when a name is asked for that is not built in."""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraisier.plugins.folder import folders
from fraisier.plugins.kind import offered

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One class of a plugin. `kind` is provider, forge or deployer."""

    kind: str
    name: str
    cls: type
    file: Path


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One file: what it offers, or what is wrong with it, in one sentence. A helper of others offers nothing."""

    file: Path
    offers: tuple[Offer, ...] = ()
    trouble: str = ""


def offers(kind: str) -> list[Offer]:
    """Everything of one kind, by name; what stands in an earlier folder wins. Broken plugins are complained about."""
    found: dict[str, Offer] = {}
    for plugin in load():
        for offer in plugin.offers:
            if offer.kind == kind:
                found.setdefault(offer.name, offer)
    return list(found.values())


@cache
def load() -> tuple[Plugin, ...]:
    """Every plugin. One that is broken is logged in one line, and the others go on."""
    plugins = tuple(read(file) for folder in folders() for file in sorted(folder.glob("*.py")))
    for plugin in plugins:
        if plugin.trouble:
            log.warning("The plugin %s is not used: %s", plugin.file, plugin.trouble)
    return plugins


def read(file: Path) -> Plugin:
    """Run one file and see what it defines. Its neighbours can be imported by it."""
    if trouble := _unsafe(file):
        return Plugin(file=file, trouble=trouble)
    name = f"fraisier_plugin_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        return Plugin(file=file, trouble="it is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _beside(file.parent):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others may fail in any way
        del sys.modules[name]
        return Plugin(file=file, trouble=_sentence(error))
    found = [
        Offer(kind=kind, name=named, cls=cls, file=file) for kind, named, cls in offered(module, file.stem)
    ]
    return Plugin(file=file, offers=tuple(_distinct(found)))


def _distinct(found: Iterable[Offer]) -> Iterator[Offer]:
    """Of several classes of one kind and name, the first."""
    seen = set()
    for offer in found:
        if (key := (offer.kind, offer.name)) not in seen:
            seen.add(key)
            yield offer


def _unsafe(file: Path) -> str:
    """Code that others may change is not run: it would run with our rights."""
    for path in (file, file.parent):
        try:
            status = path.stat()
        except OSError as error:
            return f"{path} cannot be read: {error.strerror}"
        if status.st_mode & 0o002 or status.st_uid not in {0, os.geteuid()}:
            return f"others may change {path}; make it yours: chown, chmod o-w"
    return ""


@contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """What lies beside a plugin can be imported by it, after everything that is installed."""
    sys.path.append(str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _sentence(error: BaseException) -> str:
    """What was raised, in one line, with the line of the file that a person must look at."""
    where = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"
