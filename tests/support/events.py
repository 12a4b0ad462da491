"""Events as the relay hands them out."""

from __future__ import annotations

from typing import Any

from fraisier.events.event import Event

FAILED = {
    "type": "deployment.failed",
    "service": "shop",
    "fraise": "shop",
    "environment": "production",
    "job": "",
    "version": "0123456789abcdef0123456789abcdef01234567",
    "deployment_id": "dep_00007",
    "duration": 47.3,
    "error": "status 500 <!channel> & more",
    "logs_url": "https://logs.example.com/dep_00007",
    "actor": "ada",
    "data": {"status": "rolled_back"},
    "id": "3db67434-0937-4651-b6dc-1a9489a2d419",
    "seq": 7,
    "time": "2026-01-15T10:00:00.000000Z",
}


def event(**changes: Any) -> Event:
    return Event(**{**FAILED, **changes})


def succeeded() -> Event:
    return event(type="deployment.succeeded", error=None, data={"status": "success"})
