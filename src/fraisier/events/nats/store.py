"""The folder of our own NATS server: its messages, its lock, and how to reach it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fraisier.events.consumer import Undelivered
from fraisier.events.nats.access import Access
from fraisier.model.secret import Secret

USUAL_PORT: Final = 4222


class Store:
    """Beside the database, and only for its owner."""

    def __init__(self, database: Path) -> None:
        self.folder = database.parent / "nats"
        self.log = self.folder / "nats.log"

    @property
    def exists(self) -> bool:
        """Whether a server has ever lived here."""
        return self.folder.is_dir()

    def make(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[int | None]:
        """The lock of the folder, for our server to inherit; None while another server has it.

        Two NATS servers on one store would both stay up and spoil it.
        """
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield descriptor
        finally:
            os.close(descriptor)

    def write(self, name: str, text: str) -> Path:
        """A file of the folder, whole or not there."""
        path = self.folder / name
        part = path.with_name(f"{name}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(path)
        return path

    def address_of(self, pid: int) -> str | None:
        """Where the server with this pid listens, as soon as it does."""
        try:
            ports = json.loads((self.folder / f"nats-server_{pid}.ports").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return next(iter(ports.get("nats", [])), None)

    def announce(self, url: str, user: str, password: str) -> None:
        """Tell whoever may read this folder how to publish there."""
        self.write("access.json", json.dumps({"url": url, "user": user, "password": password}))

    def retract(self) -> None:
        """Nobody listens there any more."""
        with suppress(FileNotFoundError):
            (self.folder / "access.json").unlink()
        for leftover in self.folder.glob("nats-server_*.ports"):
            with suppress(FileNotFoundError):
                leftover.unlink()

    def access(self) -> Access:
        """How to reach the server. Raises `Undelivered` when none runs."""
        try:
            found = json.loads((self.folder / "access.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise Undelivered(
                "Our own NATS server does not run.", hint="`fraisier serve` starts it."
            ) from None
        return Access(servers=(found["url"],), user=found["user"], password=Secret(found["password"]))

    def last_port(self) -> int:
        """The port that subscribers know from before; the usual one at first."""
        try:
            return int((self.folder / "port").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return USUAL_PORT
