"""Asking a web server. In a module of its own: what Python needs for it takes longer to load than all of ours."""

from __future__ import annotations

import base64
import http.client
import ssl
from contextlib import closing
from urllib.parse import unquote, urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from urllib.parse import SplitResult

BODY_CAP = 64 * 1024

# The first that fits: RemoteDisconnected is a ConnectionError and an HTTPException too.
TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (http.client.RemoteDisconnected, "closed"),
    (http.client.InvalidURL, "no address"),
    (http.client.HTTPException, "not http"),
    (ssl.SSLCertVerificationError, "not trusted"),
    (ssl.SSLError, "tls"),
)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer of an HTTP server. Redirects are answers; they are not followed (RFC 9110)."""
    address = urlsplit(request["url"])
    with closing(connection(address)) as line:
        line.request("GET", path(address), headers=headers(address))
        with line.getresponse() as response:
            body = response.read(BODY_CAP).decode("latin-1")  # every byte is one character: JSON carries text
            return {"status": response.status, "headers": dict(response.headers), "body": body}


def connection(address: SplitResult) -> http.client.HTTPConnection:
    host, port = address.hostname or "", address.port
    if address.scheme == "https":
        return http.client.HTTPSConnection(host, port, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port)


def path(address: SplitResult) -> str:
    return (address.path or "/") + (f"?{address.query}" if address.query else "")


def headers(address: SplitResult) -> dict[str, str]:
    known = {"User-Agent": "fraisier", "Accept": "*/*", "Connection": "close"}
    if address.username is not None:
        pair = f"{unquote(address.username)}:{unquote(address.password or '')}"
        known["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return known


def detail(error: Exception) -> str | None:
    """What TLS says of its own trouble."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        return error.reason or "no reason given"
    return None
