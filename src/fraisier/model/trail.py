"""Which request, deployment and step the running code is about: what every log record says of itself."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")
DEPLOYMENT: Final[ContextVar[str]] = ContextVar("deployment", default="")
STEP: Final[ContextVar[str]] = ContextVar("step", default="")


def here() -> dict[str, str]:
    """`request`, `deployment` and `step` of the running task; empty where there is none."""
    return {"request": REQUEST.get(), "deployment": DEPLOYMENT.get(), "step": STEP.get()}
