"""Text becomes nodes with places, safely: no tag runs anything, no alias explodes, no nesting kills the process.

YAML's own composer recurses in C and dies on deep nesting, so this one reads the parser's events itself.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import yaml

from fraisier.config.node import Mapping, Node, Scalar, Sequence
from fraisier.config.problem import InvalidConfiguration, Problem, Problems

MAX_DEPTH: Final = 32
MAX_NODES: Final = 200_000
PREFIX: Final = "tag:yaml.org,2002:"
SAFE_TAGS: Final = frozenset(
    PREFIX + name
    for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")
)
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Spot(msgspec.Struct, frozen=True):
    line: int
    column: int
    path: str = ""


def compose(text: str, problems: Problems) -> Node | None:
    """The document's root; None when it is empty. Problems that leave the rest readable are added to `problems`.

    Raises `InvalidConfiguration` when reading cannot go on: a syntax error, too deep, too large.
    """
    loader = None
    try:
        loader = LOADER(text)
        return _Composer(loader, problems).document()
    except yaml.MarkedYAMLError as error:
        raise _broken(problems.file, error, text) from None
    except yaml.reader.ReaderError as error:
        what = f"holds the character U+{_code(error.character):04X}, which YAML does not allow"
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise InvalidConfiguration(
            [Problem(file=problems.file, line=line, column=column, what=what)]
        ) from None
    finally:
        if loader is not None:
            loader.dispose()


class _Composer:
    """One pass over the events of one document."""

    def __init__(self, loader: Any, problems: Problems) -> None:
        self._loader = loader
        self._problems = problems
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._count = 0

    def document(self) -> Node | None:
        events = self._loader
        events.get_event()
        if events.check_event(yaml.StreamEndEvent):
            return None
        events.get_event()
        root = self._node(0)
        events.get_event()
        if not events.check_event(yaml.StreamEndEvent):
            second = events.get_event()
            self._problems.add(_spot(second), "a second document begins here; fraises.yaml is one document")
        return root

    def _node(self, depth: int) -> Node:
        event = self._loader.get_event()
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self._count
        self._grow(1, event)
        if depth > MAX_DEPTH:
            raise self._stop(event, f"is nested more than {MAX_DEPTH} levels deep")
        if event.anchor:
            self._anchors[event.anchor] = None
        node = self._read(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = (node, self._count - before)
        return node

    def _read(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            node: Node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Sequence(self._items(depth), *_position(event))
        else:
            node = Mapping(self._entries(depth), *_position(event))
        if event.tag in {None, "!"} or event.tag in SAFE_TAGS:
            return node
        self._problems.add(
            _spot(event),
            f"the tag {event.tag.replace(PREFIX, '!!')} is refused: nothing in fraises.yaml is executed",
        )
        return Scalar("", "refused", *_position(event))

    def _scalar(self, event: Any) -> Scalar:
        tag = event.tag
        if tag is None or tag == "!":
            tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        return Scalar(event.value, tag.removeprefix(PREFIX), *_position(event))

    def _items(self, depth: int) -> list[Node]:
        items = []
        while not self._loader.check_event(yaml.SequenceEndEvent):
            items.append(self._node(depth + 1))
        self._loader.get_event()
        return items

    def _entries(self, depth: int) -> list[tuple[Scalar, Node]]:
        entries: dict[str, tuple[Scalar, Node]] = {}
        merged: list[Node] = []
        while not self._loader.check_event(yaml.MappingEndEvent):
            key, value = self._node(depth + 1), self._node(depth + 1)
            if not isinstance(key, Scalar):
                self._problems.add(_Spot(key.line, key.column), "a key must be text")
            elif key.type == "merge":
                merged += value.items if isinstance(value, Sequence) else [value]
            elif (first := entries.setdefault(key.text, (key, value))[0]) is not key:
                what = f"the key {key.text!r} is already given on line {first.line}"
                self._problems.add(_Spot(key.line, key.column, key.text), what)
        self._loader.get_event()
        return self._merge(entries, merged)

    def _merge(
        self, entries: dict[str, tuple[Scalar, Node]], merged: list[Node]
    ) -> list[tuple[Scalar, Node]]:
        for node in merged:
            if not isinstance(node, Mapping):
                self._problems.add(_Spot(node.line, node.column), "<< can only merge mappings")
                continue
            for key, value in node.entries:
                entries.setdefault(key.text, (key, value))
        return list(entries.values())

    def _alias(self, event: Any) -> Node:
        try:
            known = self._anchors[event.anchor]
        except KeyError:
            raise self._stop(event, f"there is no anchor &{event.anchor} before this alias") from None
        if known is None:
            raise self._stop(event, f"the alias *{event.anchor} stands inside what it repeats")
        node, size = known
        self._grow(size, event)
        return node

    def _grow(self, size: int, event: Any) -> None:
        self._count += size
        if self._count > MAX_NODES:
            raise self._stop(
                event, f"the file has more than {MAX_NODES} values once its aliases are followed"
            )

    def _stop(self, event: Any, what: str) -> InvalidConfiguration:
        line, column = _position(event)
        return InvalidConfiguration([Problem(file=self._problems.file, line=line, column=column, what=what)])


def _position(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _spot(event: Any) -> _Spot:
    return _Spot(*_position(event))


def _code(character: str | int) -> int:
    """The C parser reports a number, the Python one a character."""
    return character if isinstance(character, int) else ord(character)


def _broken(file: str, error: yaml.MarkedYAMLError, text: str) -> InvalidConfiguration:
    """A key without its colon is named where it begins: the parser complains one token later."""
    no_colon = error.problem == "could not find expected ':'"
    mark = error.context_mark if no_colon and error.context_mark else error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    context = f" {error.context}" if error.context else ""
    lines = text.splitlines()
    unquoted = line <= len(lines) and "{" in lines[line - 1].partition("${")[0]
    return InvalidConfiguration(
        [
            Problem(
                file=file,
                line=line,
                column=mark.column + 1 if mark else 1,
                what=f"is not YAML: {error.problem}{context}",
                hint='inside {…} write references in quotes: "${VAR}"'
                if unquoted and "${" in lines[line - 1]
                else "",
            )
        ]
    )
