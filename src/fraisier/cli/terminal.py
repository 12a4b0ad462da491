"""The two streams. Everything that people read passes here: cleaned, and in characters the stream can carry."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

import click

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]"  # C0, C1, and what reorders text
)
_PLAIN: Final = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "⟳": "*",
        "↩": "<",
        "→": "->",
        "—": "-",
        "…": "...",
        "├": "|",
        "└": "`",
        "─": "-",
        "│": "|",
    }
)


def clean(text: str) -> str:
    """Text from outside (branches, commit subjects, output of commands) without anything a terminal obeys."""
    if text.isprintable():  # most is
        return text
    return _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """Cleaned, with every run of white space as one blank: for table cells and step lines."""
    return " ".join(clean(text).split())


def has_colour(stream: TextIO) -> bool:
    """A terminal that wants colours: https://no-color.org, and not TERM=dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_live(stream: TextIO) -> bool:
    """A terminal on which lines can be redrawn."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def carried(text: str, stream: TextIO) -> str:
    """The text in characters that the stream's encoding has; known symbols become ASCII, others `?`."""
    encoding = stream.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text


def write(text: str, stream: TextIO, *, colour: str | None = None) -> None:
    """One line, at once. `colour` is used on terminals that have it. A reader that left
    (`| head`) is no error, nor is a terminal that was closed.
    """
    shown = carried(text, stream)
    if colour and has_colour(stream):
        shown = click.style(shown, fg=colour)
    with _readers_may_leave(stream):
        stream.write(shown + "\n")
        stream.flush()


@contextmanager
def _readers_may_leave(stream: TextIO) -> Iterator[None]:
    """What cannot be read any more goes nowhere, without a word."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EPIPE, errno.EIO}:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def finish() -> None:
    """The last thing before the exit: what nobody reads any more must not change its code."""
    for stream in (sys.stdout, sys.stderr):
        with _readers_may_leave(stream):
            stream.flush()


def say(text: str = "", *, colour: str | None = None) -> None:
    """A line of the answer, on standard output."""
    write(text, sys.stdout, colour=colour)


def complain(text: str, *, colour: str | None = None) -> None:
    """A line beside the answer, on standard error."""
    write(text, sys.stderr, colour=colour)


def answer(value: Any) -> None:
    """The one JSON object or array of `--json`, on standard output."""
    import json

    say(json.dumps(value, ensure_ascii=not _is_utf8(sys.stdout), indent=2, default=str))


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") == "utf8"


def is_read() -> bool:
    """False when whoever read our lines (`| head`) has left."""
    import select

    left = select.poll()
    left.register(sys.stdout, select.POLLERR)
    return not left.poll(0)
