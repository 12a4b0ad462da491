"""JSON Schema of fraises.yaml for editors, generated from the declarations of the sections.

An editor sees the form; `fraisier config validate` also sees what contradicts itself or is missing. See JSON Schema,
draft 2020-12.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fraisier.config.kinds import spellings
from fraisier.config.reader import ROOT
from fraisier.config.section import SPREAD, Field, Section


def schema() -> dict[str, Any]:
    """The whole schema, as plain values."""
    definitions: dict[str, Any] = {}
    root = _resolved(ROOT, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fraises.yaml",
        **root,
        "$defs": definitions,
    }


def default(section: Section, field: Field) -> Any:
    """What holds when the key is not written; `msgspec.NODEFAULT` when there is no such value."""
    attributes = msgspec.structs.fields(section.of) if section.of and field.into != SPREAD else ()
    named = {attribute.name: attribute for attribute in attributes}
    if (attribute := named.get(field.into or field.key)) is None:
        return msgspec.NODEFAULT
    if attribute.default_factory is not msgspec.NODEFAULT:
        return msgspec.NODEFAULT
    return attribute.default


def _resolved(shape: Any, definitions: dict[str, Any]) -> Any:
    """The shape with references in place of sections, each of which is defined once."""
    match shape:
        case Section():
            if shape.name not in definitions:
                definitions[shape.name] = {}
                definitions[shape.name] = _section(shape, definitions)
            return {"$ref": _pointer(shape)}
        case dict():
            return {key: _resolved(inner, definitions) for key, inner in shape.items()}
        case list():
            return [_resolved(inner, definitions) for inner in shape]
        case _:
            return shape


def _section(section: Section, definitions: dict[str, Any]) -> dict[str, Any]:
    """Keys may be written in any case and with `-` or `_`; completion offers one spelling."""
    return {
        "description": section.says,
        "type": ["object", "null"],
        "properties": {
            key: _field(section, field, definitions)
            for field in section.fields
            for key in (field.key, *field.aliases)
        },
        "patternProperties": {
            spellings(key): {"$ref": f"{_pointer(section)}/properties/{key}"} for key in section.by_key
        },
        "additionalProperties": section.more is not None,
    }


def _field(section: Section, field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    shown = msgspec.to_builtins(default(section, field)) if _is_plain(default(section, field)) else None
    return {
        "description": field.says,
        **({} if shown is None else {"default": shown}),
        **_resolved(field.kind.shape, definitions),
    }


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) and value != ""


def _pointer(section: Section) -> str:
    return f"#/$defs/{section.name}"
