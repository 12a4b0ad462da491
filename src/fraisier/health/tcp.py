"""tcp: something accepts a connection. Nothing is sent."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from fraisier.config.health_check import HealthCheck
from fraisier.health.address import is_loopback, place
from fraisier.health.check_type import CHECK_TYPES, Answer
from fraisier.health.params import Params
from fraisier.model.host import Site


class TcpCheck:
    """`host`, `port`, `timeout`."""

    def prepare(self, site: Site, check: HealthCheck) -> None:
        """Host and port are known as they are."""

    async def ask(self, site: Site, check: HealthCheck, judged: Params) -> Answer:
        del site, judged
        where = place(check.host, check.port)
        try:
            async with asyncio.timeout(check.timeout):
                _, writer = await asyncio.open_connection(check.host, check.port)
        except TimeoutError:
            return Answer(good=False, said=f"no connection within {check.timeout:g} s")
        except OSError as error:
            return Answer(good=False, said=_sentence(error, where))
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return Answer(good=True, said=f"{where} accepts connections")

    def port(self, check: HealthCheck) -> int | None:
        return check.port if is_loopback(check.host) else None

    def shown(self, check: HealthCheck) -> str:
        return f"tcp://{place(check.host, check.port)}"

    def by_hand(self, check: HealthCheck) -> str:
        return f"nc -vz {check.host} {check.port}"


def _sentence(error: OSError, where: str) -> str:
    match error:
        case ConnectionRefusedError():
            return f"connection refused: nothing listens on {where}"
        case socket.gaierror():
            return f"the name in {where} cannot be resolved"
        case _:
            return f"{where} cannot be reached: {error.strerror or type(error).__name__}"


CHECK_TYPES.register("tcp", TcpCheck())
