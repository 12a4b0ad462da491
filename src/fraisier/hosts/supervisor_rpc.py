"""XML-RPC over a Unix socket, and the record that names the socket. Standard library only."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from xmlrpc.client import ProtocolError, ServerProxy, Transport

ANSWERLESS: Final = (OSError, HTTPException, ProtocolError)


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str, patience: float) -> None:
        super().__init__("localhost", timeout=patience)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _UnixTransport(Transport):
    def __init__(self, path: str, patience: float) -> None:
        super().__init__()
        self._path, self._patience = path, patience

    def make_connection(self, host: Any) -> HTTPConnection:  # noqa: ARG002 - there is only this one
        return _UnixConnection(self._path, self._patience)


class Proxy:
    """The way to one supervisord; a call waits at most `patience` seconds for its answer."""

    def __init__(self, path: str, *, patience: float) -> None:
        self.supervisor: Any = ServerProxy(
            "http://localhost", transport=_UnixTransport(path, patience)
        ).supervisor


def record(path: Path) -> dict[str, Any]:
    """What a process left about itself; empty when there is nothing, or nothing whole."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
