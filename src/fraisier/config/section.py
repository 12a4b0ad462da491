"""How a section of fraises.yaml is declared, and how it is read.

A `Field` says once what there is to say about a key: its name, other spellings, what its value may be, one
sentence, and where it goes. Its default is the one of the attribute it fills. A section reads one mapping into
`Values`, converted and with their places, so that sections can be merged before they become frozen objects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from fraisier.config.nearest import did_you_mean
from fraisier.config.node import Mapping, Node, Scalar
from fraisier.config.problem import ProblemKind, Problems

BAD: Final[Any] = object()
"""Stands for a value that is written but wrong: it has been complained about and is not missing."""

SPREAD: Final = "."


class Found(msgspec.Struct, frozen=True):
    """A value that was read, and where its key stands."""

    value: Any
    line: int
    column: int
    path: str


Values = dict[str, Found]


class Value(msgspec.Struct, frozen=True):
    """A value to be read, and where to complain about it."""

    node: Node
    path: str
    problems: Problems

    @property
    def line(self) -> int:
        return self.node.line

    @property
    def column(self) -> int:
        return self.node.column

    def refuse(self, what: str, *, hint: str = "", kind: ProblemKind = "invalid") -> Any:
        """Complain about this value, once; returns `BAD`."""
        if not (isinstance(self.node, Scalar) and self.node.type == "refused"):
            self.problems.add(self, what, hint=hint, kind=kind)
        return BAD

    def not_yet(self, what: str) -> Any:
        return self.refuse(f"not supported yet: {what}", kind="not_supported_yet")

    def children(self) -> list[tuple[Found, Value]] | None:
        """Key and value of each entry; nothing written is an empty mapping; None after a complaint."""
        if isinstance(self.node, Scalar) and self.node.type == "null":
            return []
        if not isinstance(self.node, Mapping):
            self.refuse("must be a mapping of keys to values")
            return None
        return [self._child(key, node) for key, node in self.node.entries]

    def _child(self, key: Scalar, node: Node) -> tuple[Found, Value]:
        path = f"{self.path}.{key.text}" if self.path else key.text
        return Found(key.text, key.line, key.column, path), Value(node, path, self.problems)


class Kind(msgspec.Struct, frozen=True):
    """What a value may be: `expected` completes "must be …"; `read` converts, or complains and returns `BAD`.

    `shape` is JSON Schema for editors, in which sections stand for their own schemas.
    """

    expected: str
    read: Callable[[Value], Any]
    shape: Any


class Field(msgspec.Struct, frozen=True):
    """One key. `into` is the attribute it fills when that is called differently, with dots to go deeper.

    A field with `into=SPREAD` holds keys of the very section it stands in.
    """

    key: str
    kind: Kind
    says: str
    into: str = ""
    aliases: tuple[str, ...] = ()


class Section(msgspec.Struct, frozen=True):
    """The keys of one mapping, which fill the attributes of `of` and have their defaults from there.

    `not_yet` maps what the documents promise and nobody has built to what it is.
    """

    name: str
    says: str
    of: type[msgspec.Struct] | None
    fields: tuple[Field, ...]
    not_yet: dict[str, str]
    by_key: dict[str, Field]
    elsewhere: Callable[[str], str]
    more: Callable[[str], Field | None] | None

    def read(self, value: Value) -> Any:
        """The mapping's `Values`, or `BAD`."""
        children = value.children()
        if children is None:
            return BAD
        found: Values = {}
        lines: dict[str, int] = {}
        for key, child in children:
            name = normal(key.value)
            if name in lines:
                value.problems.add(key, f"the key {key.value!r} is already given on line {lines[name]}")
            elif (field := self._field(name)) is None:
                self._refuse(key, value.problems)
            else:
                _take(found, field, key, child)
            lines.setdefault(name, key.line)
        return found

    def _field(self, name: str) -> Field | None:
        return self.by_key.get(name) or (self.more(name) if self.more else None)

    def _refuse(self, key: Found, problems: Problems) -> None:
        if what := self.not_yet.get(normal(key.value)):
            problems.add(key, f"not supported yet: {what}", kind="not_supported_yet")
        else:
            name = normal(key.value)
            hint = self.elsewhere(name) or did_you_mean(name, [*self.by_key, *self.not_yet])
            problems.add(key, f"unknown key {key.value!r}", hint=hint, kind="unknown_key")


def section(
    name: str,
    says: str,
    *fields: Field,
    of: type[msgspec.Struct] | None = None,
    not_yet: dict[str, str] | None = None,
    elsewhere: Callable[[str], str] = lambda _: "",
    more: Callable[[str], Field | None] | None = None,
) -> Section:
    """Declare a section; its name is for the reference and for editors.

    `elsewhere` says where a key belongs that is unknown here; `more` declares keys that are known only when they
    are met.
    """
    by_key = {key: field for field in fields for key in (field.key, *field.aliases)}
    return Section(name, says, of, fields, not_yet or {}, by_key, elsewhere, more)


def normal(spelling: str) -> str:
    """The one spelling of a key, provider, strategy or type: `Bare-Metal` is `bare_metal`."""
    return spelling.lower().replace("-", "_")


def nested(of: Section) -> Kind:
    """A mapping with the keys of another section."""
    return Kind("a mapping", of.read, of)


def put(values: Values, keys: Sequence[str], found: Found, problems: Problems) -> None:
    """Put a value where it belongs. What is there already must say the same; mappings merge key by key."""
    head, *rest = keys
    here = values.get(head)
    if here is None:
        values[head] = found if not rest else _around(rest, found)
    elif isinstance(here.value, dict) and rest:
        put(here.value, rest, found, problems)
    elif isinstance(here.value, dict) and isinstance(found.value, dict):
        for key, inner in found.value.items():
            put(here.value, (key,), inner, problems)
    elif here.value is not BAD and found.value is not BAD and (rest or here.value != found.value):
        problems.add(found, f"contradicts {here.path} on line {here.line}")


def _around(keys: Sequence[str], found: Found) -> Found:
    """A value inside the mappings that lead to it."""
    for key in reversed(keys):
        found = Found({key: found}, found.line, found.column, found.path)
    return found


def inherit(above: Values, own: Values) -> Values:
    """What stands closer wins; mappings merge key by key."""
    merged = dict(above)
    for key, found in own.items():
        there = above.get(key)
        if there and isinstance(there.value, dict) and isinstance(found.value, dict):
            merged[key] = Found(inherit(there.value, found.value), found.line, found.column, found.path)
        else:
            merged[key] = found
    return merged


def plain(values: Values) -> dict[str, Any]:
    """The values alone, without those that are wrong."""
    return {key: found.value for key, found in values.items() if found.value is not BAD}


def _take(found: Values, field: Field, key: Found, child: Value) -> None:
    value = field.kind.read(child)
    if field.into != SPREAD:
        here = Found(value, key.line, key.column, key.path)
        put(found, (field.into or field.key).split("."), here, child.problems)
    elif value is not BAD:
        for name, inner in value.items():
            put(found, (name,), inner, child.problems)
