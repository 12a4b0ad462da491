"""uvicorn waits without end for a request's headers, however long they are; strangers would collect connections."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_WITHIN: Final = 10.0
"""Seconds for the headers of one request, from the connection or from their first byte."""
LARGEST_HEADERS: Final = 64 * 1024
"""Bytes."""
WHOLE: Final = "body_is_here"
"""In a request's state, once nothing of its body is missing: then nobody needs to watch the clock."""


def is_whole(scope: Scope) -> bool:
    """Whether all of the request's body has arrived."""
    return WHOLE in scope["state"]


class PatientProtocol(HttpToolsProtocol):
    """Hangs up on who does not finish the headers of a request in time, or at all."""

    _patience: asyncio.TimerHandle | None = None
    _size = 0
    _in_headers = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_headers:  # most come whole, and need no timer
            self._wait()
        if self._patience is not None:
            self._size += len(data)
            if self._size > LARGEST_HEADERS:
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._content()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.scope["state"][WHOLE] = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._content()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._patience is None:
            self._size = 0
            self._patience = self.loop.call_later(HEADERS_WITHIN, self.transport.close)

    def _content(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
