"""tcp: something accepts a connection. Nothing is sent."""

from __future__ import annotations

from fraisier.config.health_check import HealthCheck
from fraisier.health import trouble
from fraisier.health.address import is_loopback, place
from fraisier.health.check_type import CHECK_TYPES, Answer
from fraisier.health.params import Params
from fraisier.model.host import Site


class TcpCheck:
    """`host`, `port`, `timeout`. The target asks."""

    def prepare(self, site: Site, check: HealthCheck) -> None:
        """Host and port are known as they are."""

    async def ask(self, site: Site, check: HealthCheck, judged: Params) -> Answer:
        del judged
        where = place(check.host, check.port)
        reply = await site.host.connect(check.host, check.port or 0, within=check.timeout)
        if reply.trouble:
            return Answer(good=False, said=trouble.sentence(reply, lambda: where, check.timeout))
        return Answer(good=True, said=f"{where} accepts connections")

    def port(self, check: HealthCheck) -> int | None:
        return check.port if is_loopback(check.host) else None

    def shown(self, check: HealthCheck) -> str:
        return f"tcp://{place(check.host, check.port)}"

    def by_hand(self, check: HealthCheck) -> str:
        return f"nc -vz {check.host} {check.port}"


CHECK_TYPES.register("tcp", TcpCheck())
