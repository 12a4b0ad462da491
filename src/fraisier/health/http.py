"""http: GET an address and expect one status. Redirects are answers; they are not followed (RFC 9110)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import re
import shlex
import socket
import ssl
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from fraisier.config.health_check import HealthCheck
from fraisier.health.check_type import Answer
from fraisier.model.host import Site
from fraisier.model.secret import MASK, Secret

BODY_CAP: Final = 64 * 1024
SHOWN: Final = 200
LOOPBACK: Final = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")

_SENTENCES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (http.client.RemoteDisconnected, "the connection was closed without an answer"),
    (http.client.InvalidURL, "the address is not one that HTTP can ask"),
    (http.client.HTTPException, "the answer is not HTTP"),
    (ConnectionRefusedError, "connection refused: nothing listens on {place}"),
    (ConnectionError, "the connection was broken before an answer came"),
    (socket.gaierror, "the name in {place} cannot be resolved"),
    (ValueError, "the address is not one that HTTP can ask"),
)
"""The first that fits: `RemoteDisconnected` is a `ConnectionError` and an `HTTPException` too."""


class HttpCheck:
    """`url`, `expected_status`, `timeout`. A body is read to its end or to 64 KiB, whichever is first."""

    async def ask(self, site: Site, check: HealthCheck) -> Answer:
        resolved = site.resolve(check.url)
        url = resolved.reveal() if isinstance(resolved, Secret) else resolved
        try:
            status, body = await _within(check.timeout, url)
        except TimeoutError:
            return Answer(good=False, said=f"no answer within {check.timeout:g} s")
        except (OSError, http.client.HTTPException, ValueError) as error:
            hidden = isinstance(resolved, Secret) or isinstance(error, ValueError)
            return Answer(good=False, said=_sentence(error, "its address" if hidden else _place(url)))
        wrong = "" if status == check.expected_status else f" instead of {check.expected_status}"
        said = f"status {status}{wrong}" + (f": {text}" if (text := clean(body)) else "")
        return Answer(good=status == check.expected_status, said=said)

    def port(self, check: HealthCheck) -> int | None:
        with contextlib.suppress(ValueError):
            address = urlsplit(check.url)
            if LOOPBACK.fullmatch(address.hostname or ""):
                return address.port or (443 if address.scheme == "https" else 80)
        return None

    def shown(self, check: HealthCheck) -> str:
        return re.sub(r"//[^/?#]*@", f"//{MASK}@", check.url)

    def by_hand(self, check: HealthCheck) -> str:
        return f"curl -i {shlex.quote(self.shown(check))}"


def clean(body: bytes) -> str:
    """The first 200 characters of a body, fit for a terminal: no control characters, blanks collapsed."""
    text = body[: SHOWN * 8].decode("utf-8", "replace")
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:SHOWN]


def _connection(address: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host, port = address.hostname or "", address.port
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, port, timeout=timeout)


async def _within(seconds: float, url: str) -> tuple[int, bytes]:
    """Raises `TimeoutError`; a server that sends one byte at a time is cut off, so that the thread ends too."""
    address = urlsplit(url)
    connection = _connection(address, seconds)
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.to_thread(_get, connection, address)
    finally:
        if (sock := connection.sock) is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _get(connection: http.client.HTTPConnection, address: SplitResult) -> tuple[int, bytes]:
    with contextlib.closing(connection):
        connection.request("GET", _path(address), headers=_headers(address))
        with connection.getresponse() as response:
            return response.status, response.read(BODY_CAP)


def _path(address: SplitResult) -> str:
    return (address.path or "/") + (f"?{address.query}" if address.query else "")


def _headers(address: SplitResult) -> dict[str, str]:
    headers = {"User-Agent": "fraisier", "Accept": "*/*", "Connection": "close"}
    if address.username is not None:
        pair = f"{unquote(address.username)}:{unquote(address.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return headers


def _sentence(error: Exception, place: str) -> str:
    """One cause, one sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or 'no reason given'}"
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence.format(place=place)
    reason = error.strerror if isinstance(error, OSError) else type(error).__name__
    return f"{place} cannot be asked: {reason}"


def _place(url: str) -> str:
    address = urlsplit(url)
    host = f"[{address.hostname}]" if ":" in (address.hostname or "") else address.hostname
    return f"{host}:{address.port or (443 if address.scheme == 'https' else 80)}"
