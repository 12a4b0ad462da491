"""What is wrong in fraises.yaml, all of it at once."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from fraisier.errors import ConfigurationError

ProblemKind = Literal["invalid", "unknown_key", "not_supported_yet"]


class Place(Protocol):
    """Where something is written: line and column count from 1."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...

    @property
    def path(self) -> str: ...


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One error. `line` and `column` count from 1 and are None where the whole file is meant."""

    file: str
    line: int | None = None
    column: int | None = None
    path: str = ""
    what: str
    hint: str = ""
    kind: ProblemKind = "invalid"

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return "  ".join(
            part for part in (where, self.path, self.what, f"({self.hint})" if self.hint else "") if part
        )


class InvalidConfiguration(ConfigurationError):
    """fraises.yaml cannot be used. The message has one line for each of `errors`, in the order of the file."""

    def __init__(self, errors: list[Problem], *, hint: str = "") -> None:
        super().__init__("\n".join(map(str, errors)), hint=hint)
        self.errors = errors


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that the file needs: there is no default for it."""

    name: str
    line: int
    column: int
    path: str


class Problems:
    """Collects what is wrong in one file, and what it needs; what an alias repeats is said once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[int, int, str], Problem] = {}
        self._needed: dict[tuple[int, int, str], Variable] = {}

    def need(self, at: Place, variable: str) -> None:
        self._needed.setdefault(
            (at.line, at.column, variable),
            Variable(name=variable, line=at.line, column=at.column, path=at.path),
        )

    @property
    def needed(self) -> tuple[Variable, ...]:
        """In the order of the file."""
        return tuple(self._needed[key] for key in sorted(self._needed))

    def add(self, at: Place, what: str, *, hint: str = "", kind: ProblemKind = "invalid") -> None:
        self._found.setdefault(
            (at.line, at.column, what),
            Problem(
                file=self.file, line=at.line, column=at.column, path=at.path, what=what, hint=hint, kind=kind
            ),
        )

    def raise_if_any(self) -> None:
        """Raises `InvalidConfiguration` with everything that was added."""
        if self._found:
            ordered = [self._found[key] for key in sorted(self._found, key=lambda key: key[:2])]
            raise InvalidConfiguration(ordered)
