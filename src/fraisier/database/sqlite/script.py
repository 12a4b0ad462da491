"""SQL files: what they are called, which parameters they take, the statements they hold."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

SQL = Path(__file__).parent.parent / "sql" / "sqlite"
REQUIRED = object()
_PARAMETER = re.compile(r"^-- :(\w+)(?: = (NULL|'[^']*'|\d+))?(?:  .*)?$", re.MULTILINE)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `parameters` maps each name its header declares to the default, or to `REQUIRED`."""

    name: str
    parameters: Mapping[str, Any]
    statements: tuple[str, ...]

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values of all parameters. Raises `TypeError` for a name that is unknown or missing."""
        if unknown := given.keys() - self.parameters.keys():
            raise TypeError(f"{self.name} has no parameter {', '.join(sorted(unknown))}")
        values = {**self.parameters, **{name: _plain(value) for name, value in given.items()}}
        if missing := [name for name, value in values.items() if value is REQUIRED]:
            raise TypeError(f"{self.name} needs {', '.join(missing)}")
        return values


def _plain(value: Any) -> Any:
    """JSON for what SQLite has no type for."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | tuple) else value


@cache
def load(path: Path) -> Script:
    """Read a file once. Raises `TypeError` when there is none: a name is a programmer's, never a user's."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TypeError(f"no such {path.parent.name.rstrip('s')}: {path.stem}") from None
    return Script(name=path.stem, parameters=parameters(text), statements=statements(text))


@cache
def function(name: str) -> Script:
    """The command of that name. Every call asks, and paths are slow to make."""
    return load(SQL / "functions" / f"{name}.sql")


@cache
def query(name: str) -> Script:
    """The query of that name."""
    return load(SQL / "queries" / f"{name}.sql")


def parameters(text: str) -> dict[str, Any]:
    """What the header declares: `-- :name` or `-- :name = default`, then two spaces and any words."""
    return {name: _literal(default) for name, default in _PARAMETER.findall(text)}


def _literal(text: str) -> Any:
    if not text:
        return REQUIRED
    if text == "NULL":
        return None
    return text[1:-1] if text.startswith("'") else int(text)


def statements(text: str) -> tuple[str, ...]:
    """The statements of a script, each with its semicolon; a trigger's body stays one statement."""
    found: list[str] = []
    pending = ""
    for line in text.splitlines(keepends=True):
        pending += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return tuple(found)
