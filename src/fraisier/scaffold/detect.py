"""What the files of a folder tell about the application in it."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from fraisier.scaffold.application import Application, in_shell
from fraisier.scaffold.languages import LANGUAGES, Files

HEALTH: Final = ("/health", "/healthz", "/api/health", "/up", "/status")
SOURCES: Final = (".py", ".js", ".mjs", ".ts", ".go", ".rb", ".php")
PORT_LIMIT: Final = 65536


def detect(files: Files) -> Application:
    """The language's usual way, with what the application says itself: Procfile, build.sh, EXPOSE, its own words."""
    found = next((known for language in LANGUAGES if (known := language(files))), Application())
    command = _procfile(files.get("Procfile", "")) or found.command
    build = None if "build.sh" in files else found.build
    return msgspec.structs.replace(
        found, command=command, build=build, port=_port(files) or found.port, health=_health(files)
    )


def _procfile(text: str) -> tuple[str, ...]:
    """The line of the web process. See https://devcenter.heroku.com/articles/procfile."""
    line = re.search(r"^web:[ \t]*(\S.*)$", text, re.MULTILINE)
    return in_shell(re.sub(r"\$\{PORT(:-\d+)?\}", "$PORT", line[1].strip())) if line else ()


def _port(files: Files) -> int | None:
    """Where it listens when nobody tells it, as far as that is written down."""
    texts = [
        (r"^EXPOSE\s+(\d+)", files.get("Dockerfile", "")),
        (r"^PORT=[\"']?(\d+)", files.get(".env.example", "")),
        *((r"PORT\W{1,12}(?:or |\?\? )?[\"']?(\d{4,5})\b", text) for text in _sources(files)),
    ]
    for pattern, text in texts:
        found = re.search(pattern, text, re.MULTILINE)
        if found and 0 < int(found[1]) < PORT_LIMIT:
            return int(found[1])
    return None


def _health(files: Files) -> str:
    """An address that the application seems to answer for this purpose; else its front page."""
    words = {word for text in _sources(files) for word in re.findall(r"[\"'`](/[\w/]*)[\"'`]", text)}
    return next((path for path in HEALTH if path in words), "/")


def _sources(files: Files) -> list[str]:
    return [text for name, text in sorted(files.items()) if name.endswith(SOURCES)]


def safe_name(text: str) -> str:
    """A name for a fraise, from a repository or a folder."""
    name = text.rstrip("/").rpartition("/")[2].rpartition(":")[2].removesuffix(".git").lower()
    return re.sub(r"[^a-z0-9_]+", "_", name).strip("_") or "my_api"
