"""The id that ties an HTTP request to its rows, log lines and answer."""

from __future__ import annotations

import random
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fraisier.model import trail

HEADER: Final = "X-Request-Id"
_RAW: Final = HEADER.lower().encode()
_USABLE: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def request_id(given: str) -> str:
    """The id that a proxy gave, if it is harmless in logs and headers; else a new one, which is no secret."""
    return given if _USABLE.fullmatch(given) else f"{random.getrandbits(128):032x}"


class RequestIds:
    """ASGI middleware: `request.state.request_id`, and the header of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == _RAW), b"")
        identifier = request_id(given.decode("latin-1"))
        scope.setdefault("state", {})["request_id"] = identifier
        trail.REQUEST.set(identifier)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (_RAW, identifier.encode())]
            await send(message)

        await self._app(scope, receive, send_with_id)
