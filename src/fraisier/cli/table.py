"""Rows for people: aligned plain lines in a pipe, a drawn table on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from fraisier.cli import terminal

STATUS: Final = "Status"  # the column that has colours
COLOURS: Final = {
    "success": "green",
    "healthy": "green",
    "failed": "red",
    "rolled_back": "yellow",
    "rollback_failed": "bold red",
    "degraded": "yellow",
    "down": "red",
    "in_progress": "cyan",
}


def show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Every row is one line in a pipe, so that `| grep failed` finds whole rows."""
    cells = [[terminal.one_line(cell) for cell in row] for row in rows]
    if terminal.is_live(sys.stdout):
        _draw(headings, cells)
    else:
        for line in aligned([headings, *cells]):
            terminal.say(line)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell, two blanks apart, nothing after the last."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _draw(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ascii_only = terminal.carried("─", sys.stdout) != "─"
    table = Table(box=box.ASCII if ascii_only else box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=heading == STATUS, overflow="fold")
    for row in rows:
        table.add_row(*(Text(terminal.carried(cell, sys.stdout), COLOURS.get(cell, "")) for cell in row))
    Console(file=sys.stdout, highlight=False).print(table)
