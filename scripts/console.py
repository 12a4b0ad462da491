"""What the pages of the documentation let a reader type, and the files they let him write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```(?P<language>\w*)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One command of a `console` block and the lines it must print; `…` stands for anything."""

    command: str
    expected: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A block whose fence names a file: `yaml fraises.yaml`."""

    name: str
    text: str


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def script(text: str) -> Iterator[Typed | Written]:
    """Everything a page lets its reader do, in order."""
    for block in FENCE.finditer(text):
        if block["file"]:
            yield Written(name=block["file"], text=block["body"])
        elif block["language"] == "console":
            yield from _typed(block["body"])


def _typed(body: str) -> Iterator[Typed]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, *expected = part.splitlines()
        yield Typed(
            command=command, expected=tuple(line for line in expected if line.strip() not in {"", "…"})
        )


def shell_lines(text: str) -> list[str]:
    """The lines of `sh` blocks, which are shown but not run by a test of the page."""
    blocks = [block["body"] for block in FENCE.finditer(text) if block["language"] == "sh"]
    return [line for body in blocks for line in body.splitlines()]
