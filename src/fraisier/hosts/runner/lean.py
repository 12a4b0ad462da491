"""JSON, signals, sockets and names, without the regular expressions and enumerations that those modules bring along.

They take longer to import than all else that this program needs. What json, signal and socket are built upon is part
of CPython; another Python takes the modules themselves.
"""

from __future__ import annotations

__all__ = ("dumps", "is_name", "loads", "signal", "socket")

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    import socket
    from collections.abc import Callable
    from typing import Any

    quoted: Callable[[str], str]
    scan: Callable[[str, int], tuple[Any, int]]
else:
    try:
        import _signal as signal
        import _socket as socket
        from _json import encode_basestring_ascii as quoted
        from _json import make_scanner
    except ImportError:
        import signal
        import socket
        from json import JSONDecoder
        from json.encoder import encode_basestring_ascii as quoted

        scan = JSONDecoder().scan_once
    else:

        class Plainly:
            """How values are read, see json.JSONDecoder."""

            strict = True
            object_hook = object_pairs_hook = None
            parse_float, parse_int, parse_constant = float, int, float

        scan = make_scanner(Plainly())


def loads(text: str | bytes | bytearray) -> Any:
    """As json.loads, of UTF-8. What is no JSON is left to json, which knows how to say so."""
    text = (text if isinstance(text, str) else text.decode("utf-8")).strip(" \t\r\n")
    try:
        value, end = scan(text, 0)
    except (StopIteration, SystemError):  # the latter while nobody has loaded json's own error
        value, end = None, -1
    if end == len(text):
        return value
    import json  # noqa: PLC0415

    return json.loads(text)


def dumps(value: Any) -> str:
    """As json.dumps, of JSON's own types."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(name)}: {dumps(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(dumps, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError(f"JSON has no {type(value).__name__}")


LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


def is_name(text: str, others: str, most: int) -> bool:
    """Whether it begins with an ASCII letter or digit, and goes on with those and `others`, `most` characters in all."""
    return (
        0 < len(text) <= most
        and text[0] in LETTERS
        and LETTERS.issuperset(text.translate(dict.fromkeys(map(ord, others))))
    )
