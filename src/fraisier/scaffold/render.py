"""The text of a first fraises.yaml, with a comment beside everything that people ask about."""

from __future__ import annotations

import json
import re
import shlex
from typing import Final

from fraisier.scaffold.application import Answers

PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./@:+-]*[A-Za-z0-9_/]|[A-Za-z]")
WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
IGNORED: Final = (".env", ".env.local")

TEMPLATE: Final = """\
# What Fraisier deploys, and where. Check this file with: fraisier validate
fraises:
  {name}:
    type: api                # a service that answers requests
    environments:
      {environment}:
        provider: bare_metal # this machine
        git_repo: {git_repo}
        branch: {branch}
        app_path: {app_path}   # Fraisier makes this folder; releases/ and current appear in it
{build}        service:
          command: {command}   # runs in the release folder; it gets its port as PORT
          port: {port}
        health_check:
          path: {health}         # a new version that does not answer here goes back by itself
          timeout: 5s
          retries: 10
          retry_delay: 1s
        # env_vars:            # the service's environment; ${{VAR}} is filled in when deploying, and never shown
        #   DATABASE_URL: ${{DATABASE_URL}}

# To deploy on every push, run `fraisier serve` with FRAISIER_WEBHOOK_SECRET set, and say which branch goes where:
# branch_mapping:
#   {branch}: {{fraise: {name}, environment: {environment}}}
"""


def render(answers: Answers) -> str:
    """The whole file."""
    application = answers.application
    build = f"        build: {_command(application.build)}   # makes the release ready\n"
    return TEMPLATE.format(
        name=scalar(answers.name),
        environment=scalar(answers.environment),
        git_repo=scalar(answers.git_repo),
        branch=scalar(answers.branch),
        app_path=scalar(answers.app_path),
        build=build if application.build else "",
        command=_command(application.command),
        port=application.port,
        health=scalar(application.health),
    )


def scalar(text: str) -> str:
    """The text as YAML, in quotes where it needs them (JSON's strings are YAML)."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS and ": " not in text:
        return text
    return json.dumps(text, ensure_ascii=False)


def _command(argv: tuple[str, ...] | None) -> str:
    """As a person would write it: one line where no shell is needed, else the list of words."""
    words = argv or ()
    if words[:2] == ("sh", "-c"):
        return json.dumps(list(words), ensure_ascii=False)
    return scalar(shlex.join(words))


def ignore(text: str) -> str:
    """The text of .gitignore with lines for the files that hold secrets; the same text when they are there."""
    lines = {line.strip().removeprefix("/") for line in text.splitlines()}
    missing = [name for name in IGNORED if not _ignored(name, lines)]
    if not missing:
        return text
    head = text if not text or text.endswith("\n") else f"{text}\n"
    return head + "".join(f"{name}\n" for name in missing)


def _ignored(name: str, lines: set[str]) -> bool:
    return name in lines or ".env*" in lines or (name != ".env" and ".env.*" in lines)
