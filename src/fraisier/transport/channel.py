"""A line to a Python on some machine that reads its program from that very line."""

from __future__ import annotations

from typing import Final, Protocol

# What every transport starts, word for word: nothing variable ever stands in an argv.
PYTHON_OPTIONS: Final = ("-I", "-S", "-X", "utf8")
BOOT_LINE: Final = "import sys; i = sys.stdin.buffer; exec(compile(i.read(int(i.readline())), 'fraisier-host-runner', 'exec'))"
LONGEST_LINE: Final = 64 * 1024 * 1024  # bytes; a file of 4 MiB, each byte escaped in JSON, and room to spare


class Channel(Protocol):
    """Bytes both ways, until either end is closed. One reader at a time."""

    async def send(self, data: bytes) -> None:
        """Raises `ConnectionError` when the other end is gone."""
        ...

    async def receive(self) -> bytes:
        """The next line with its newline; empty at the end."""
        ...

    async def close(self) -> str:
        """End it and everything it started that is not detached. Returns what it complained about last."""
        ...


class Opener(Protocol):
    """How one machine is reached: its name for people, and a way to a new channel."""

    @property
    def name(self) -> str: ...

    async def open(self) -> Channel:
        """Raises `Unreachable`."""
        ...
