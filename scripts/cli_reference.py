"""Writes docs/reference/cli.md from the commands themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from fraisier.cli.commands import SECTIONS
from fraisier.cli.main import root

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "cli.md"
EVERYWHERE = {"config_file", "verbose", "json", "help"}
HEAD = """\
# Commands

Every command and option. This page is written by `make docs` from the code; `fraisier COMMAND --help` says the same.

- `-c FILE` and `-v` may stand before or after the command.
- `--json`, where a command has it, prints one value on standard output and nothing else there; see
  [Exit codes and JSON](exit-codes-and-json.md).
- `eval "$(fraisier completion bash)"` makes the shell complete commands, fraises and environments.
- `FRAISIER_LOG=debug` (or `RUST_LOG`) prints log records on standard error, `FRAISIER_LOG_FORMAT=json` one object each.
  Commands that change something also write to `fraisier.log` in `FRAISIER_LOG_DIR`, else in `/opt/fraisier/logs` if
  that folder exists, else in `/var/log/fraisier`, else below the user's state folder: the first that can be written.
"""


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for title, names in SECTIONS.items():
        lines += [f"## {title}", ""]
        for name in names:
            lines += command(name)
    return "\n".join(lines).rstrip() + "\n"


def command(name: str) -> Iterator[str]:
    """One command, or a group with all that are in it."""
    context = click.Context(root, info_name="fraisier")
    found = root.get_command(context, name)
    if found is None:
        raise KeyError(name)
    yield from _described(found, click.Context(found, info_name=name, parent=context))


def _described(found: click.Command, context: click.Context) -> Iterator[str]:
    yield from (f"### {context.command_path.partition(' ')[2]}", "")
    yield from (" ".join(paragraph.split()) + "\n" for paragraph in (found.help or "").split("\n\n"))
    if isinstance(found, click.Group):
        for inner in found.commands.values():
            yield from _described(inner, click.Context(inner, info_name=inner.name, parent=context))
        return
    pieces = " ".join(piece for piece in found.collect_usage_pieces(context) if piece)
    yield f"```text\n{context.command_path} {pieces}\n```\n"
    if rows := list(_options(found, context)):
        yield from ("| option | |", "|---|---|", *rows, "")
    yield f"```text\n{_examples(found)}\n```\n"


def _options(found: click.Command, context: click.Context) -> Iterator[str]:
    """One row each, without those that every command has."""
    for parameter in found.params:
        if parameter.name in EVERYWHERE or isinstance(parameter, click.Argument):
            continue
        record = parameter.get_help_record(context)
        if record is not None:
            yield f"| `{record[0]}` | {_cell(record[1])} |"
    if any(parameter.name == "json" for parameter in found.params):
        yield "| `--json` | Print one JSON answer. |"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def _examples(found: click.Command) -> str:
    lines = (found.epilog or "").replace("\b\n", "").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() != "Examples:")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
