"""The one sink through which everything passes that people or files may see."""

from __future__ import annotations

import base64
import bisect
import json
import shlex
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from fraisier.model.command import Command
from fraisier.model.secret import MASK, Secret

SHORTEST: Final = 4  # characters; a shorter secret would mask half of every text
LONGEST_WHOLE: Final = 1024  # characters of a text of several lines that is looked for in every encoding
LONGEST_NUMBER: Final = 5  # digits: ports, counts and years are no secrets worth an unreadable log
COMMON: Final = frozenset(
    ("true", "false", "none", "null", "yes", "no", "on", "off", "localhost", "admin", "root", "test", "user")
)


class Redactor:
    """Knows the secrets that one deployment has used, and masks them in every form they usually take.

    The forms lie under their first four characters: neither learning nor masking gets slower with every secret.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._forms: set[str] = set()
        self._starting: dict[str, list[str]] = {}
        self._sorted: list[str] | None = None

    def learn(self, *secrets: Secret) -> None:
        for text in {secret.reveal() for secret in secrets} - self._known:
            self._known.add(text)
            self._sorted = None
            for form in set(forms_of(text)) - self._forms:
                self._forms.add(form)
                bisect.insort(self._starting.setdefault(form[:SHORTEST], []), form, key=_longest_first)

    def learn_from(self, what: Command) -> None:
        """Every secret that a command carries."""
        self.learn(*(value for value in (*what.env.values(), *what.stdin) if isinstance(value, Secret)))

    def forms(self) -> list[str]:
        """All texts that are masked, longest first."""
        if self._sorted is None:
            self._sorted = sorted(self._forms, key=_longest_first)
        return self._sorted

    def mask(self, text: str) -> str:
        parts, done = [], 0
        for at in self._suspects(text):
            form = self._form_at(text, at) if at >= done else None
            if form:
                parts += [text[done:at], MASK]
                done = at + len(form)
        return "".join([*parts, text[done:]])

    def _suspects(self, text: str) -> list[int]:
        """Where a form may begin."""
        if not self._starting:
            return []
        starts = self._starting
        return [at for at in range(len(text) - SHORTEST + 1) if text[at : at + SHORTEST] in starts]

    def _form_at(self, text: str, at: int) -> str | None:
        forms = self._starting[text[at : at + SHORTEST]]
        return next((form for form in forms if text.startswith(form, at)), None)


def _longest_first(form: str) -> tuple[int, str]:
    return -len(form), form


def forms_of(text: str) -> Iterator[str]:
    """What to look for: the text, its lines, and each of them as encodings show it; nothing that is common.

    A whole file is looked for as it is: in any encoding of it, those of its lines are found.
    """
    for part in {text, text.strip(), *(line.strip() for line in text.splitlines())}:
        if is_telling(part):
            yield part
            if len(part) <= LONGEST_WHOLE or len(part.splitlines()) == 1:
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
