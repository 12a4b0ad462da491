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

import msgspec

from fraisier.config.health_check import HealthCheck
from fraisier.health import version
from fraisier.health.address import is_loopback, place
from fraisier.health.check_type import CHECK_TYPES, Answer
from fraisier.health.params import Params
from fraisier.health.text import clean
from fraisier.model.host import Site
from fraisier.model.secret import MASK, Secret

BODY_CAP: Final = 64 * 1024

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


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as far as it is judged."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class HttpCheck:
    """`url`, `expected_status`, `timeout`, `version`. A body is read to its end or to 64 KiB, whichever is first."""

    def prepare(self, site: Site, check: HealthCheck) -> None:
        site.resolve(check.url)

    async def ask(self, site: Site, check: HealthCheck, judged: Params) -> Answer:
        resolved = site.resolve(check.url)
        url = resolved.reveal() if isinstance(resolved, Secret) else resolved
        try:
            response = await _within(check.timeout, url)
        except TimeoutError:
            return Answer(good=False, said=f"no answer within {check.timeout:g} s")
        except (OSError, http.client.HTTPException, ValueError) as error:
            hidden = isinstance(resolved, Secret) or isinstance(error, ValueError)
            return Answer(good=False, said=_sentence(error, "its address" if hidden else _place(url)))
        return _judged(response, check, judged)

    def port(self, check: HealthCheck) -> int | None:
        with contextlib.suppress(ValueError):
            address = urlsplit(check.url)
            if is_loopback(address.hostname):
                return address.port or (443 if address.scheme == "https" else 80)
        return None

    def shown(self, check: HealthCheck) -> str:
        return re.sub(r"//[^/?#]*@", f"//{MASK}@", check.url)

    def by_hand(self, check: HealthCheck) -> str:
        return f"curl -i {shlex.quote(self.shown(check))}"


def _judged(response: Response, check: HealthCheck, judged: Params) -> Answer:
    status, expected = response.status, check.expected_status
    if status == expected and check.version is not None and judged.commit is not None:
        named = version.named(check.version, dict(response.headers), response.body)
        if wrong := version.fault(check.version, named, judged.commit):
            return Answer(good=False, said=f"status {status}, but {wrong}")
    wrong = "" if status == expected else f" instead of {expected}"
    text = clean(response.body.decode("utf-8", "replace"))
    return Answer(good=status == expected, said=f"status {status}{wrong}" + (f": {text}" if text else ""))


def _connection(address: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host, port = address.hostname or "", address.port
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, port, timeout=timeout)


async def _within(seconds: float, url: str) -> Response:
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


def _get(connection: http.client.HTTPConnection, address: SplitResult) -> Response:
    with contextlib.closing(connection):
        connection.request("GET", _path(address), headers=_headers(address))
        with connection.getresponse() as response:
            return Response(status=response.status, headers=response.msg, body=response.read(BODY_CAP))


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
    return place(address.hostname, address.port or (443 if address.scheme == "https" else 80))


CHECK_TYPES.register("http", HttpCheck())
