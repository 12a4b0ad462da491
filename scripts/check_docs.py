"""Refuses links of the docs that lead nowhere, and commands in them that nothing covers.

`console` blocks are run by tests/acceptance/test_docs.py. `sh` blocks may hold `make` with a target that exists and
the one line that enters the virtual environment. A `fraisier` command in running text must exist.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fraisier.cli.commands import COMMANDS
from scripts.console import FENCE, ROOT, pages, shell_lines

LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<target>[^)#\s]*)(?:#(?P<anchor>[^)]*))?\)")
ENTER = ". .venv/bin/activate"


def dead_links(page: Path, text: str) -> list[str]:
    return [
        f"{page.relative_to(ROOT)}: {link['target']} is not there"
        for link in LINK.finditer(text)
        if link["target"] and not (page.parent / link["target"]).exists()
    ]


def unknown_targets(page: Path, text: str, targets: set[str]) -> list[str]:
    known = {f"make {target}" for target in targets} | {ENTER}
    wrong = [f"{line!r} is not covered" for line in shell_lines(text) if line not in known]
    wrong += [
        f"there is no `make {name}`" for name in re.findall(r"`make (\w+)", text) if name not in targets
    ]
    return [f"{page.relative_to(ROOT)}: {what}" for what in wrong]


def unknown_commands(page: Path, text: str, commands: set[str]) -> list[str]:
    prose = FENCE.sub("", text)
    return [
        f"{page.relative_to(ROOT)}: there is no `fraisier {name}`"
        for name in re.findall(r"`fraisier ([a-z][\w-]*)", prose)
        if name not in commands
    ]


def make_targets() -> set[str]:
    return set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def fraisier_commands() -> set[str]:
    return set(COMMANDS)


def main() -> int:
    targets, commands = make_targets(), fraisier_commands()
    found: list[str] = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        found += dead_links(page, text) + unknown_targets(page, text, targets)
        if page.name != "features.md":  # it names commands that are still to come
            found += unknown_commands(page, text, commands)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
