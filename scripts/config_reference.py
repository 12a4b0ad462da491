"""Writes docs/reference/configuration.md from the declarations of the sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from fraisier.config.environment import ENVIRONMENT, TARGET
from fraisier.config.fraise import FRAISE
from fraisier.config.reader import ROOT
from fraisier.config.schema import default
from fraisier.config.search import PLACES
from fraisier.config.section import SPREAD, Field, Section

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "configuration.md"
HEAD = f"""\
# Configuration

Every key of fraises.yaml. This page is written by `make docs` from the code; fraises.example.yaml shows the same keys
at work, and `fraisier config schema` describes them to an editor.

- The file is the one that `-c` or `FRAISIER_CONFIG` names, else the first of {", ".join(f"`{place}`" for place in PLACES)}.
- Keys, providers, strategies and types may be written in any case and with `-` or `_`. Names that you give are kept.
- Times are seconds or have units: `500ms`, `30s`, `5m`, `1h30m`, `7d`, `2w`.
- Commands are split into words as a shell does and run without one; a list is taken as it is. Hooks are the exception.
- `${{VAR}}`, `${{VAR:-default}}`, `${{file:/path}}` and `${{command:argv}}` are resolved when they are used, and never shown.
- What a fraise says is inherited by its environments. The environment wins; mappings merge key by key, lists do not.
- An unknown key, a key given twice, a value of the wrong type: each is an error with file, line and column. What the
  documents promise and this version cannot do is refused by name.
"""
FRAISIER = "fraises.fraisier"
INHERITED = (
    "Besides its own keys it has all those of an environment except `name`; its environments inherit them."
)
SAME = "The keys of an environment. A provider of your own finds them as `provider_config`, unchanged."


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for section in sections() for line in described(section))]).rstrip() + "\n"


def sections() -> list[Section]:
    """Every section, in the order in which the file leads to them."""
    found: dict[str, Section] = {}
    waiting = [ROOT]
    while waiting:
        section = waiting.pop(0)
        if section.name in found or section.name == FRAISIER:
            continue
        found[section.name] = section
        waiting = [inner for field in own_fields(section) for inner in within(field.kind.shape)] + waiting
    return list(found.values())


def within(shape: Any) -> Iterator[Section]:
    """The sections that a value may be."""
    if isinstance(shape, Section):
        yield shape
    elif isinstance(shape, dict | list):
        for inner in shape.values() if isinstance(shape, dict) else shape:
            yield from within(inner)


def described(section: Section) -> list[str]:
    fields = own_fields(section)
    note = {FRAISE.name: [INHERITED, ""], TARGET.name: [SAME, ""]}.get(section.name, [])
    table = [
        "| key | value | default | |",
        "|---|---|---|---|",
        *(row(section, field) for field in fields),
        "",
    ]
    elsewhere = ENVIRONMENT.not_yet if section is FRAISE or section is TARGET else {}
    promised = ", ".join(f"`{key}`" for key in sorted(section.not_yet.keys() - elsewhere.keys()))
    refused = [f"Not supported yet: {promised}.", ""] if promised else []
    return [f"## {section.name}", "", section.says, "", *note, *(table if fields else []), *refused]


def own_fields(section: Section) -> tuple[Field, ...]:
    if section is TARGET:
        return ()
    if section is FRAISE:
        return tuple(field for field in FRAISE.fields if field.key not in ENVIRONMENT.by_key)
    return section.fields


def row(section: Section, field: Field) -> str:
    names = " or ".join(f"`{name}`" for name in (field.key, *field.aliases))
    inner = [inner.name for inner in within(field.kind.shape) if inner.name != FRAISIER]
    links = [f"[{name}](#{anchor(name)})" for name in inner]
    value = field.kind.expected + (f": {links[0]}" if links else "")
    return f"| {names} | {cell(value)} | {shown(section, field)} | {cell(field.says)} |"


def shown(section: Section, field: Field) -> str:
    value = default(section, field) if field.into != SPREAD else msgspec.NODEFAULT
    match value:
        case None | msgspec.NODEFAULT | "" | ():
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case float():
            return f"`{value:g}`"
        case str() | int():
            return f"`{value}`"
        case _:
            return ""


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
