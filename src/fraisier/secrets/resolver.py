"""Texts of fraises.yaml become values: resolved when they are used, not when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from fraisier.config.references import Reference, holds_reference, parse
from fraisier.errors import NotSupportedYet
from fraisier.model.secret import Secret
from fraisier.secrets.source import Source

_SOURCES: Final = {
    "env": "fraisier.secrets.env",
    "file": "fraisier.secrets.file",
    "command": "fraisier.secrets.command",
}


class Resolver:
    """Resolves references against one environment. Asks a source anew each time: secrets are rotated."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def resolve(self, text: str) -> str | Secret:
        """The text itself, or a `Secret` as soon as it holds a reference.

        Raises `ConfigurationError` naming the reference that cannot be resolved, never its value.
        """
        if not holds_reference(text):
            return text
        return Secret("".join(part if isinstance(part, str) else self._find(part) for part in parse(text)))

    def _find(self, reference: Reference) -> str:
        return _source(reference)(reference, self._environ)


def _source(reference: Reference) -> Source:
    """Loaded when used: a source may need a package that nobody else does."""
    try:
        module = import_module(_SOURCES[reference.source])
    except KeyError:
        raise NotSupportedYet(
            f"{reference.written} is not supported yet.",
            hint=f"Supported are {', '.join(_SOURCES)}.",
        ) from None
    found: Source = module.find
    return found
