"""What a look at something found: well, worth knowing, or wrong, and the command that mends it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`check` is what was looked at, `said` one sentence, `fix` what a person types; empty when nothing is wrong."""

    check: str
    health: Health
    said: str
    fix: str = ""


def ok(check: str, said: str) -> Finding:
    return Finding(check=check, health=Health.OK, said=said)


def warning(check: str, said: str, fix: str) -> Finding:
    return Finding(check=check, health=Health.WARNING, said=said, fix=fix)


def problem(check: str, said: str, fix: str) -> Finding:
    return Finding(check=check, health=Health.PROBLEM, said=said, fix=fix)
