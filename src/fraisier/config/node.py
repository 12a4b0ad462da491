"""A YAML document as we keep it: three kinds of node, each of which knows its place."""

from __future__ import annotations

import msgspec


class Scalar(msgspec.Struct, frozen=True):
    """`text` is what is written, without quotes. `type` is what YAML 1.1 takes it for.

    The types are str, int, float, bool, null, timestamp, merge, value, or `refused` for what was refused already.
    """

    text: str
    type: str
    line: int
    column: int


class Sequence(msgspec.Struct, frozen=True):
    items: list[Node]
    line: int
    column: int


class Mapping(msgspec.Struct, frozen=True):
    """Keys are unique; what `<<` merged stands behind the mapping's own keys."""

    entries: list[tuple[Scalar, Node]]
    line: int
    column: int


Node = Scalar | Sequence | Mapping
