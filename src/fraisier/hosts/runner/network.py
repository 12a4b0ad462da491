"""Asking an address of the network what it says to this machine. Each question has a process of its own: it ends
in time, whatever it waits for, even a name that nobody resolves.
"""

from __future__ import annotations

import base64
import http.client
import signal
import socket
import ssl
from contextlib import closing
from urllib.parse import unquote, urlsplit

from fraisier.hosts.runner.supervision import die_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from urllib.parse import SplitResult

BODY_CAP = 64 * 1024

# The first that fits: RemoteDisconnected is a ConnectionError and an HTTPException too.
TROUBLE = (
    (http.client.RemoteDisconnected, "closed"),
    (http.client.InvalidURL, "no address"),
    (http.client.HTTPException, "not http"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "broken"),
    (socket.gaierror, "no name"),
    (ssl.SSLCertVerificationError, "not trusted"),
    (ssl.SSLError, "tls"),
    (ValueError, "no address"),
    (OSError, "other"),
)


def ask(request: dict[str, Any], parent: int) -> dict[str, Any]:
    """The whole life of a question's process. An alarm that nobody handles ends it: silence means too late."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # whoever started us may ignore it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    signal.setitimer(signal.ITIMER_REAL, request["within"])
    die_with(parent, signal.SIGKILL)
    try:
        return QUESTIONS[request["do"]](request)
    except tuple(kind for kind, _ in TROUBLE) as error:
        trouble = next(word for kind, word in TROUBLE if isinstance(error, kind))
        return {"trouble": trouble, "detail": detail(error)}


def get(request: dict[str, Any]) -> dict[str, Any]:
    """The answer of an HTTP server. Redirects are answers; they are not followed (RFC 9110)."""
    address = urlsplit(request["url"])
    with closing(connection(address)) as line:
        line.request("GET", path(address), headers=headers(address))
        with line.getresponse() as response:
            body = response.read(BODY_CAP).decode("latin-1")  # every byte is one character: JSON carries text
            return {"status": response.status, "headers": dict(response.headers), "body": body}


def connect(request: dict[str, Any]) -> dict[str, Any]:
    """Whether somebody accepts a connection. Nothing is sent."""
    socket.create_connection((request["host"], request["port"])).close()
    return {}


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


def detail(error: Exception) -> str:
    """Why, in the words of the system; never the address, which may hold a secret."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        return error.reason or "no reason given"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


QUESTIONS = {"get": get, "connect": connect}
