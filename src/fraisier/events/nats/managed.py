"""Our own NATS server: a child of `fraisier serve`, restarted when it dies, gone when its parent is."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import shutil
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from fraisier.events.nats import tied
from fraisier.events.nats.settings import PUBLISHER, settings
from fraisier.events.nats.store import USUAL_PORT, Store

log = logging.getLogger(__name__)

START: Final = 15.0
STOP: Final = 5.0
STANDBY: Final = 1.0
SHORT_LIFE: Final = 5.0
ANY_PORT: Final = -1


def program() -> str | None:
    """The `nats-server` of this environment, else of this machine."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which("nats-server", path=beside)


class ManagedServer:
    """Runs `nats-server` on a store for as long as `run` does. `announce` gets its address, when it is a new one."""

    def __init__(
        self, store: Store, installation_id: str, announce: Callable[[str], None] = lambda _: None
    ) -> None:
        self._store = store
        self._installation_id = installation_id
        self._announce = announce
        self._told = ""

    async def run(self, binary: str) -> None:
        """Until cancelled. While another server has the store, stand by."""
        self._store.make()
        while True:
            began = time.monotonic()
            with self._store.locked() as lock:
                if lock is not None:
                    await self._live(binary, lock)
            lived = time.monotonic() - began
            await asyncio.sleep(0 if lived > SHORT_LIFE else STANDBY)

    async def _live(self, binary: str, lock: int) -> None:
        """One life of the server."""
        self._store.retract()
        password = secrets.token_urlsafe(32)
        text = settings(
            folder=self._store.folder,
            name=f"fraisier-{self._installation_id}",
            port=free_port(self._store.last_port(), USUAL_PORT),
            password=password,
        )
        process = await start(binary, self._store.write("nats.conf", text), lock)
        try:
            await self._tell(process, password)
            code = await process.wait()
            log.warning("nats-server ended with %d; it is started again. See %s", code, self._store.log)
        finally:
            self._store.retract()
            await stop(process)

    async def _tell(self, process: Process, password: str) -> None:
        url = await self._ready(process)
        if url is None:
            return
        self._store.write("port", url.rpartition(":")[2])
        self._store.announce(url, PUBLISHER, password)
        log.info("NATS listens on %s", url)
        if url != self._told:
            self._announce(url)
        self._told = url

    async def _ready(self, process: Process) -> str | None:
        """Its address; None when it ended, or was not ready in time and was killed."""
        until = time.monotonic() + START
        while process.returncode is None:
            if url := self._store.address_of(process.pid):
                return url
            if time.monotonic() > until:
                process.kill()
            await asyncio.sleep(0.01)
        return None


async def start(binary: str, config: Path, lock: int) -> Process:
    """The server as our child. It inherits the lock: nobody else uses the store before it has really gone."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        tied.__file__,
        str(os.getpid()),
        binary,
        "--config",
        str(config),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        pass_fds=(lock,),
        start_new_session=True,  # Ctrl-C is for us; we end it when we are done with it
    )


async def stop(process: Process) -> None:
    """SIGTERM, then SIGKILL."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def free_port(*wanted: int) -> int:
    """The first of these that nothing listens on; else any."""
    for port in wanted:
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    return ANY_PORT
