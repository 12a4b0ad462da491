"""One event as everybody outside gets it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from fraisier.config.names import PLACEHOLDERS

LogsUrl = Callable[[Mapping[str, Any]], str | None]
"""Where to look for more about an event, given its row."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the payload, in its order; `service` is the fraise, under the name that the documents use.

    `duration` is in seconds, `time` RFC 3339 UTC, `version` a full commit hash. `data` is what this type of event says
    besides. Fields are only ever added.
    """

    type: str
    service: str | None
    fraise: str | None
    environment: str | None
    job: str
    version: str | None
    deployment_id: str | None
    duration: float | None
    error: str | None
    logs_url: str | None
    actor: str | None
    data: dict[str, Any]
    id: str
    seq: int
    time: str
    schema: int = 1

    @property
    def age(self) -> float:
        """Seconds since it happened, by the wall clock."""
        return max(0.0, time.time() - datetime.fromisoformat(self.time).timestamp())

    def payload(self) -> bytes:
        """What goes over the wire: one JSON object."""
        return msgspec.json.encode(self)


def event_of(row: Mapping[str, Any], logs_url: LogsUrl) -> Event:
    """The event behind a row of v_event."""
    fields = {key: row[key] for key in Event.__struct_fields__ if key in row and key != "data"}
    return Event(**fields, service=row["fraise"], logs_url=logs_url(row), data=json.loads(row["data"]))


def logs_url(template: str | None) -> LogsUrl:
    """What leads to the logs of a deployment: the address of the configuration, else the command that shows them."""

    def url(row: Mapping[str, Any]) -> str | None:
        if row["deployment_id"] is None:
            return None
        if template is None:
            return f"fraisier logs {row['deployment_id']}"
        filled = template
        for placeholder in PLACEHOLDERS:
            filled = filled.replace(f"{{{placeholder}}}", quote(str(row[placeholder] or ""), safe=""))
        return filled

    return url
