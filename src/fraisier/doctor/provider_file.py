"""A file that holds the keys of one environment and nothing else, as the operator guide's provider.yaml does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.problem import InvalidConfiguration, Problem
from fraisier.config.reader import read
from fraisier.config.search import read_text

AROUND: Final = ("fraises:", "  provider:", "    environments:", "      test:")
INDENT: Final = "        "
PREFIX: Final = "fraises.provider.environments.test"
NEEDED: Final = {
    "git_repo": "git_repo: /srv/git/none.git",
    "app_path": "app_path: /var/www/none",
    "(systemd_)?service": 'service: {command: "true"}',
}
"""What an environment must have and a provider's file need not; whoever has one of these keys is told about it."""


def is_whole(file: Path) -> bool:
    """Whether it is a fraises.yaml."""
    return re.search(r"^fraises[ \t]*:", read_text(str(file)), re.MULTILINE) is not None


def environments_of(file: Path) -> list[Environment]:
    """The environment that the keys describe, with an empty `app_path` where they do not say where it lies.

    Raises `InvalidConfiguration` with the lines of this file.
    """
    text = read_text(str(file))
    inner = "".join(f"{INDENT}{line}\n" for line in text.splitlines())
    missing = [f"{INDENT}{line}\n" for key, line in NEEDED.items() if not _has(key, text)]
    whole = "\n".join(AROUND) + "\n" + inner + "".join(missing)
    try:
        found = read(whole, str(file))
    except InvalidConfiguration as error:
        raise InvalidConfiguration([_moved(each) for each in error.errors], hint=error.hint) from None
    environment = found.fraises["provider"].environments["test"]
    return [environment if _has("app_path", text) else msgspec.structs.replace(environment, app_path="")]


def _has(key: str, text: str) -> bool:
    return (
        re.search(rf"^\s*{key.replace('_', '[-_]')}[ \t]*:", text, re.MULTILINE | re.IGNORECASE) is not None
    )


def _moved(problem: Problem) -> Problem:
    """The same problem where the user wrote it."""
    if problem.line is None or problem.column is None:
        return problem
    return msgspec.structs.replace(
        problem,
        line=max(1, problem.line - len(AROUND)),
        column=max(1, problem.column - len(INDENT)),
        path=problem.path.removeprefix(PREFIX).removeprefix("."),
    )
