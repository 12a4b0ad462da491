"""`${…}` in a text: found and taken apart here, resolved by the room `secrets`.

`${VAR}`, `${VAR:-default}`, `${vault:path#key}`, `${file:/path}`, `${command:argv}`, and `${aws:…}`, `${gcp:…}`,
`${azure:…}` with an optional `#key`. A `$` without a brace is an ordinary character.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.nearest import did_you_mean
from fraisier.errors import ConfigurationError

KEYED: Final = ("vault", "aws", "gcp", "azure")
SOURCES: Final = ("file", "command", *KEYED)
NOT_YET: Final = {
    "vault": "secrets from HashiCorp Vault",
    "aws": "secrets from AWS Secrets Manager",
    "gcp": "secrets from Google Secret Manager",
    "azure": "secrets from Azure Key Vault",
}


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is `env` for a plain variable. `name` is the variable, path or command; `written` the whole text."""

    source: str
    name: str
    key: str | None = None
    default: str | None = None
    written: str


class MalformedReference(ConfigurationError):
    """A `${…}` that means nothing."""

    code = "malformed_reference"


def parse(text: str) -> tuple[str | Reference, ...]:
    """The text's parts in order, literal ones as text. Raises `MalformedReference`."""
    parts: list[str | Reference] = []
    start = 0
    while (opening := text.find("${", start)) >= 0:
        closing = text.find("}", opening)
        if closing < 0:
            raise MalformedReference("a reference that begins with ${ has no closing brace")
        if opening > start:
            parts.append(text[start:opening])
        parts.append(_reference(text[opening : closing + 1]))
        start = closing + 1
    if start < len(text):
        parts.append(text[start:])
    return tuple(parts)


def references(text: str) -> tuple[Reference, ...]:
    """The references in a text. Raises `MalformedReference`."""
    return tuple(part for part in parse(text) if isinstance(part, Reference))


def holds_reference(text: str) -> bool:
    """Whether the text must be resolved before it can be used."""
    return "${" in text


def _reference(written: str) -> Reference:
    inside = written[2:-1]
    if "${" in inside:
        raise MalformedReference(f"{written} holds another reference; references cannot be nested")
    name, separator, default = inside.partition(":-")
    if _is_variable(name):
        return Reference(source="env", name=name, default=default if separator else None, written=written)
    source, separator, rest = inside.partition(":")
    if not separator or not _is_variable(source):
        raise MalformedReference(
            f"{written} is not a reference", hint="write ${NAME}, ${NAME:-default} or ${file:/path}"
        )
    if source not in SOURCES:
        raise MalformedReference(
            f"{written} names an unknown source {source!r}",
            hint=did_you_mean(source, SOURCES) or f"known are {', '.join(SOURCES)}, and ${{NAME:-default}}",
        )
    return _from(source, rest, written)


def _from(source: str, rest: str, written: str) -> Reference:
    name, separator, key = rest.partition("#") if source in KEYED else (rest, "", "")
    if not name.strip() or (separator and not key):
        raise MalformedReference(f"{written} is incomplete", hint=f"write ${{{source}:…}} with what it names")
    if source == "vault" and not key:
        raise MalformedReference(f"{written} names no key", hint="write ${vault:path#key}")
    return Reference(source=source, name=name, key=key or None, written=written)


def _is_variable(name: str) -> bool:
    return name.isascii() and name.isidentifier()
