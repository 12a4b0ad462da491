"""A real NATS server, and what is on its stream."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nats

from tests.support.ports import free_port
from tests.support.processes import until

NATS_SERVER = Path(sys.executable).parent / "nats-server"


class NatsServer:
    """Started, killed and started again on one port and one store."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.port = free_port()
        self.folder = folder
        self.url = f"nats://127.0.0.1:{self.port}"
        self.config = folder / "server.conf"
        wanted = {"host": "127.0.0.1", "port": self.port, "jetstream": {"store_dir": str(folder / "store")}}
        self.config.write_text(json.dumps(wanted | settings))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [NATS_SERVER, "--config", self.config, "--ports_file_dir", self.folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ports = self.folder / f"nats-server_{self.process.pid}.ports"
        assert until(ports.exists, 20)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def messages(self, **login: Any) -> list[tuple[str, dict[str, Any]]]:
        return messages(self.url, **login)


@contextmanager
def nats_server(folder: Path, **settings: Any) -> Iterator[NatsServer]:
    """Not started yet; killed at the end."""
    folder.mkdir(exist_ok=True)
    server = NatsServer(folder, **settings)
    try:
        yield server
    finally:
        server.kill()


def messages(url: str, **login: Any) -> list[tuple[str, dict[str, Any]]]:
    """Subject and event of everything on the stream, in its order; nothing while there is no stream."""
    return asyncio.run(stream_of(url, **login))


async def stream_of(url: str, **login: Any) -> list[tuple[str, dict[str, Any]]]:
    client = await nats.connect(url, allow_reconnect=False, error_cb=_quiet, **login)
    try:
        stream = client.jetstream()
        count = (await stream.stream_info("FRAISIER_EVENTS")).state.messages
        listening = await stream.subscribe("fraisier.events.>", ordered_consumer=True)
        found = [await listening.next_msg(timeout=20) for _ in range(count)]
        return [(message.subject, json.loads(message.data)) for message in found]
    except nats.js.errors.NotFoundError:
        return []
    finally:
        await client.close()


async def _quiet(_error: Exception) -> None:
    """The caller sees what came of it."""
