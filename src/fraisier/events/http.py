"""One request to a server of somebody else, and what its answer means for the event that was sent."""

from __future__ import annotations

import asyncio
import email.utils
import logging
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from fraisier.events.consumer import Undelivered, Unwanted
from fraisier.model.secret import Secret
from fraisier.transport.redaction import Redactor

if TYPE_CHECKING:
    import httpx

PATIENCE: Final = 10.0
"""Seconds for a whole request."""
LONGEST_PAUSE: Final = 3600.0
SHOWN: Final = 200
"""Characters of an answer that explains itself."""
OK: Final = range(200, 300)
FORBIDDEN: Final = 403
LATER: Final = frozenset({408, 425, 429})


class Sender:
    """Keeps one connection. What is secret in addresses and headers is in no message that it raises, and in no log."""

    def __init__(self, *secrets: Secret) -> None:
        self._redactor = Redactor()
        self._redactor.learn(*secrets)
        self._client: httpx.AsyncClient | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Returns when the server has taken it. Raises `Undelivered` when it may later, `Unwanted` when it never will."""
        httpx = await asyncio.to_thread(import_module, "httpx")
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._opened(httpx).post(url, content=body, headers=dict(headers))
        except TimeoutError as error:
            raise Undelivered(f"no answer within {PATIENCE:g} s.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Undelivered(f"{self._said(str(error) or type(error).__name__)}.") from None
        self._judge(answer)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _opened(self, httpx: Any) -> httpx.AsyncClient:
        if self._client is None:
            for name in ("httpx", "httpcore"):  # they would log every address
                logging.getLogger(name).setLevel(logging.WARNING)
            agent = {"User-Agent": f"fraisier/{version('fraisier')}"}
            self._client = httpx.AsyncClient(timeout=PATIENCE, headers=agent, follow_redirects=False)
        return self._client

    def _judge(self, answer: httpx.Response) -> None:
        if answer.status_code in OK:
            return
        said = self._said(answer.text[:SHOWN])
        told = f"status {answer.status_code}{f': {said}' if said else ''}."
        if answer.status_code in LATER or answer.is_server_error or _is_exhausted(answer):
            raise Undelivered(told, pause=pause_of(answer.headers.get("retry-after")))
        raise Unwanted(told)

    def _said(self, text: str) -> str:
        return self._redactor.mask(" ".join(text.split())).rstrip(".")


def _is_exhausted(answer: httpx.Response) -> bool:
    """GitHub says 403 to who has asked too often: docs.github.com, "Rate limits for the REST API"."""
    asked = {"retry-after"} & answer.headers.keys() or answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status_code == FORBIDDEN and bool(asked)


def pause_of(retry_after: str | None) -> float:
    """The seconds of a Retry-After header, which may be a date (RFC 9110, 10.2.3); at most an hour."""
    if not retry_after:
        return 0.0
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except ValueError:
            return 0.0
    return min(max(seconds, 0.0), LONGEST_PAUSE)
