"""What values may be. Every kind complains at the value's own place and returns `BAD`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fraisier.config import references, units
from fraisier.config.nearest import did_you_mean
from fraisier.config.node import Scalar, Sequence
from fraisier.config.section import BAD, Found, Kind, Value, normal
from fraisier.model.registry import names

Check = Callable[[str], str | None]
"""Says what is wrong with a text, or None."""

INSTALL: Final = "install it with `fraisier plugin install FILE`"
DIGITS: Final = 12
YEAR: Final = 366 * 86400.0
SHELL_WORDS: Final = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"})


ANY_TEXT: Final = {"type": ["string", "number", "boolean"]}
"""Editors take 1.10 for a number; Fraisier keeps what is written."""


def text(expected: str = "text", *, check: Check | None = None, may_refer: bool = False) -> Kind:
    """A scalar as it is written: `1.10` stays 1.10 and `on` stays on. Checked unless it holds a reference."""

    def read(value: Value) -> Any:
        written = scalar(value, expected)
        if written is BAD:
            return BAD
        if references.holds_reference(written):
            return _referring(value, written, allowed=may_refer)
        if check and (wrong := check(written)):
            return value.refuse(wrong)
        return written

    return Kind(expected, read, ANY_TEXT)


def whole(minimum: int, maximum: int) -> Kind:
    """A whole number in decimal digits."""
    expected = f"a whole number from {minimum} to {maximum}"

    def read(value: Value) -> Any:
        written = scalar(value, expected)
        if written is BAD:
            return BAD
        decimal = written.isdecimal() and (written == "0" or not written.startswith("0"))
        if (
            decimal
            and _type(value) == "int"
            and len(written) <= DIGITS
            and minimum <= int(written) <= maximum
        ):
            return int(written)
        hint = "write it without quotes" if decimal and _type(value) == "str" else ""
        return value.refuse(f"must be {expected}, not {written!r}", hint=hint)

    return Kind(expected, read, {"type": "integer", "minimum": minimum, "maximum": maximum})


def _read_flag(value: Value) -> Any:
    written = scalar(value, FLAG.expected)
    if written is BAD:
        return BAD
    if _type(value) != "bool":
        return value.refuse(f"must be {FLAG.expected}, not {written!r}")
    return written.lower() in {"true", "yes", "on", "y"}


FLAG = Kind("true or false", _read_flag, {"enum": [True, False, "yes", "no", "on", "off"]})


def duration(minimum: float = 0.0) -> Kind:
    """Seconds, or a time with units; becomes a float of seconds."""
    expected = "a time: seconds, or with units such as 30s, 5m, 1h30m"

    def read(value: Value) -> Any:
        written = scalar(value, expected)
        if written is BAD:
            return BAD
        try:
            found = units.seconds(written)
        except ValueError:
            return value.refuse(f"must be {expected}, not {written!r}")
        if minimum <= found <= YEAR:
            return found
        return value.refuse(f"must be from {minimum:g} seconds to a year, not {written!r}")

    return Kind(expected, read, {"type": ["number", "string"], "minimum": minimum, "pattern": r"^\d"})


def spellings(*names: str) -> str:
    """A pattern for every spelling of some names."""
    letters = ("".join(_either(c) for c in name) for name in names)
    return f"^({'|'.join(letters)})$"


def _either(character: str) -> str:
    if character == "_":
        return "[-_]"
    return f"[{character}{character.upper()}]" if character.isalpha() else character


def choice(
    what: str, built: tuple[str, ...], not_yet: Mapping[str, str] | None = None, *, plugins: str = ""
) -> Kind:
    """One of some names, in any spelling of case, `-` and `_`. `not_yet` maps promised names to what they are.

    `plugins` is the kind of plugin whose installed names are allowed too; they are kept exactly.
    """
    promised = not_yet or {}
    expected = f"one of {', '.join(built)}" if len(built) > 1 else "".join(built) or "an installed plugin"

    def read(value: Value) -> Any:
        written = scalar(value, expected)
        if written is BAD or (name := normal(written)) in built:
            return written if written is BAD else name
        if name in promised:
            return value.not_yet(promised[name])
        installed = names(plugins) if plugins else frozenset()
        if written in installed:
            return written
        allowed = f"{expected}, or an installed plugin" if plugins and built else expected
        hint = did_you_mean(name, [*built, *promised, *sorted(installed)]) or (INSTALL if plugins else "")
        return value.refuse(f"there is no {what} called {written!r}; it must be {allowed}", hint=hint)

    pattern = "" if plugins else spellings(*built)
    shape = {"anyOf": [{"enum": list(built)}, {"type": "string", "pattern": pattern}]}
    return Kind(expected, read, shape)


def _read_argv(value: Value) -> Any:
    if isinstance(value.node, Sequence):
        argv = tuple(scalar(Value(item, value.path, value.problems), "text") for item in value.node.items)
    else:
        argv = _split(value)
    if argv is BAD or BAD in argv:
        return BAD
    if not argv or not argv[0]:
        return value.refuse("is an empty command")
    if any(references.holds_reference(word) for word in argv):
        return value.refuse(
            "holds a ${…} reference, and commands are not resolved", hint="pass it through env_vars"
        )
    return argv


ARGV = Kind(
    "a command: text that is split like in a shell, or a list of words",
    _read_argv,
    {"anyOf": [ANY_TEXT, {"type": "array", "items": ANY_TEXT, "minItems": 1}]},
)


def _split(value: Value) -> Any:
    import shlex  # noqa: PLC0415 - not needed to list fraises without commands

    written = scalar(value, ARGV.expected)
    if written is BAD:
        return BAD
    try:
        argv = tuple(shlex.split(written))
    except ValueError as error:
        return value.refuse(f"cannot be split into words: {str(error).lower()}")
    if found := SHELL_WORDS.intersection(argv):
        return value.refuse(
            f"runs without a shell, so {min(found)} would be an ordinary word",
            hint="""write ["sh", "-c", "…"]""",
        )
    return argv


def named(kind: Kind, *, check: Check | None = None, special: Mapping[str, Kind] | None = None) -> Kind:
    """A mapping whose keys are names that the user gives, kept exactly. `special` names have a kind of their own."""

    def read(value: Value) -> Any:
        children = value.children()
        if children is None:
            return BAD
        found = {}
        for key, child in children:
            if check and (wrong := check(key.value)):
                value.problems.add(key, wrong)
                continue
            read_one = (special or {}).get(key.value, kind).read
            found[key.value] = Found(read_one(child), key.line, key.column, key.path)
        return found

    properties = {name: one.shape for name, one in (special or {}).items()}
    shape = {"type": ["object", "null"], "properties": properties, "additionalProperties": kind.shape}
    return Kind("a mapping of names", read, shape)


def at_most(count: int, kind: Kind) -> Kind:
    """One value or a short list of them; becomes a tuple."""
    expected = f"{kind.expected}, or a list of at most {count}"

    def read(value: Value) -> Any:
        if not isinstance(value.node, Sequence):
            one = kind.read(value)
            return one if one is BAD else (one,)
        if not 1 <= len(value.node.items) <= count:
            return value.refuse(f"must be {expected}")
        found = tuple(kind.read(Value(item, value.path, value.problems)) for item in value.node.items)
        return BAD if BAD in found else found

    several = {"type": "array", "items": kind.shape, "minItems": 1, "maxItems": count}
    return Kind(expected, read, {"anyOf": [kind.shape, several]})


def listed(kind: Kind) -> Kind:
    """A list with at least one item; becomes a tuple of `Found`, so that each item keeps its place."""
    expected = f"a list of {kind.expected}"

    def read(value: Value) -> Any:
        if not isinstance(value.node, Sequence) or not value.node.items:
            return value.refuse(f"must be {expected}")
        items = [Value(item, f"{value.path}[{n}]", value.problems) for n, item in enumerate(value.node.items)]
        return tuple(Found(kind.read(one), one.line, one.column, one.path) for one in items)

    return Kind(expected, read, {"type": "array", "items": kind.shape, "minItems": 1})


def _type(value: Value) -> str:
    return value.node.type if isinstance(value.node, Scalar) else ""


def scalar(value: Value, expected: str) -> Any:
    """The text that is written, or `BAD`."""
    if not isinstance(value.node, Scalar):
        what = "a list" if isinstance(value.node, Sequence) else "a mapping"
        return value.refuse(f"must be {expected}, not {what}")
    if value.node.type == "null":
        return value.refuse(f"has no value; it must be {expected}")
    if "\0" in value.node.text:
        return value.refuse("holds a NUL character")
    return BAD if value.node.type == "refused" else value.node.text


def _referring(value: Value, written: str, *, allowed: bool) -> Any:
    try:
        found = references.references(written)
    except references.MalformedReference as error:
        return value.refuse(error.message, hint=error.hint)
    if not allowed:
        return value.refuse(f"must be known when the file is read; {found[0].written} cannot stand here")
    for reference in found:
        if what := references.NOT_YET.get(reference.source):
            return value.not_yet(f"{what} ({reference.written})")
        if reference.source == "env" and reference.default is None:
            value.problems.need(value, reference.name)
    return written
