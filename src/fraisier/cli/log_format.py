"""What a log record looks like: one line for people, or one JSON object (FRAISIER_LOG_FORMAT=json)."""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from fraisier.cli.terminal import clean
from fraisier.database.clock import second
from fraisier.model import trail


def chosen() -> logging.Formatter:
    """The format that FRAISIER_LOG_FORMAT names; `json`, or anything else for lines."""
    return Json() if os.environ.get("FRAISIER_LOG_FORMAT", "").lower() == "json" else Lines()


def fields(record: logging.LogRecord) -> dict[str, str]:
    """`request`, `deployment` and `step` of a record. A record that brings a request of its own is about that one."""
    here = trail.here()
    return {**here, "request": getattr(record, "request_id", "") or here["request"]}


def moment(record: logging.LogRecord) -> str:
    """RFC 3339 UTC, to the millisecond."""
    return f"{second(int(record.created))}.{int(record.msecs):03d}Z"


class Lines(logging.Formatter):
    """`2026-01-15T10:00:00.000Z INFO fraisier.observer.recorded [req_00001 dep_00001 fetch_commit] …`."""

    def format(self, record: logging.LogRecord) -> str:
        about = " ".join(filter(None, fields(record).values()))
        head = f"{moment(record)} {record.levelname} {record.name}"
        text = " ".join(clean(record.getMessage()).split())
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{head} [{about}] {text}{trace}" if about else f"{head} {text}{trace}"


class Json(logging.Formatter):
    """One object; what is absent is null."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {"time": moment(record), "level": record.levelname, "logger": record.name}
        told |= {name: text or None for name, text in fields(record).items()}
        told["message"] = record.getMessage()
        told["exception"] = self.formatException(record.exc_info) if record.exc_info else None
        return json.dumps(told, ensure_ascii=False)
