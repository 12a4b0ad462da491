"""The one sink through which everything passes that people or files may see."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from fraisier.model.command import Command
from fraisier.model.secret import MASK, Secret

SHORTEST: Final = 4  # characters; a shorter secret would mask half of every text
LONGEST_NUMBER: Final = 5  # digits: ports, counts and years are no secrets worth an unreadable log
COMMON: Final = frozenset(
    ("true", "false", "none", "null", "yes", "no", "on", "off", "localhost", "admin", "root", "test", "user")
)


class Redactor:
    """Knows the secrets that one deployment has used, and masks them in every form they usually take."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, *secrets: Secret) -> None:
        for secret in secrets:
            found = set(forms_of(secret.reveal()))
            if not found <= self._forms:
                self._forms |= found
                self._pattern = re.compile("|".join(map(re.escape, self.forms())))

    def learn_from(self, what: Command) -> None:
        """Every secret that a command carries."""
        self.learn(*(value for value in (*what.env.values(), what.stdin) if isinstance(value, Secret)))

    def forms(self) -> list[str]:
        """All texts that are masked, longest first."""
        return sorted(self._forms, key=lambda form: (-len(form), form))

    def mask(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text


def forms_of(text: str) -> Iterator[str]:
    """What to look for: the text, its lines, and each of them as encodings show it; nothing that is common."""
    for part in {text, text.strip(), *(line.strip() for line in text.splitlines())}:
        if is_telling(part):
            yield part
            yield from encodings_of(part)


def is_telling(text: str) -> bool:
    """Whether masking this word everywhere leaves ordinary text readable."""
    small_number = text.isdigit() and len(text) <= LONGEST_NUMBER
    return len(text) >= SHORTEST and text.lower() not in COMMON and not small_number


def encodings_of(text: str) -> Iterator[str]:
    yield from (quote(text, safe=""), quote(text), quote_plus(text))
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    yield shlex.quote(text).strip("'")
    yield from base64_of(text.encode("utf-8", "surrogateescape"))


def base64_of(data: bytes) -> Iterator[str]:
    """The characters that depend on `data` alone, wherever it starts in what is encoded (`user:secret`)."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(data).decode().rstrip("=")
        for before in (0, 1, 2):
            first, after = -(-before * 8 // 6), (before + len(data)) * 8 // 6
            core = encode(b"\0" * before + data)[first:after].decode()
            if len(core) >= 2 * SHORTEST:
                yield core
