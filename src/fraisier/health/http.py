"""http: GET an address and expect one status. Redirects are answers; they are not followed (RFC 9110)."""

from __future__ import annotations

import contextlib
import re
import shlex
from urllib.parse import urlsplit

from fraisier.config.health_check import HealthCheck
from fraisier.health import trouble, version
from fraisier.health.address import is_loopback, place
from fraisier.health.check_type import CHECK_TYPES, Answer
from fraisier.health.params import Params
from fraisier.health.text import clean
from fraisier.model.host import Reply, Site
from fraisier.model.secret import MASK, Secret


class HttpCheck:
    """`url`, `expected_status`, `timeout`, `version`. The target asks: it is what a neighbour of the service sees."""

    def prepare(self, site: Site, check: HealthCheck) -> None:
        site.resolve(check.url)

    async def ask(self, site: Site, check: HealthCheck, judged: Params) -> Answer:
        resolved = site.resolve(check.url)
        url = resolved.reveal() if isinstance(resolved, Secret) else resolved
        reply = await site.host.get(url, within=check.timeout)
        if reply.trouble:
            hidden = isinstance(resolved, Secret)
            where = (lambda: "its address") if hidden else (lambda: _place(url))
            return Answer(good=False, said=trouble.sentence(reply, where, check.timeout))
        return _judged(reply, check, judged)

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


def _judged(reply: Reply, check: HealthCheck, judged: Params) -> Answer:
    status, expected = reply.status, check.expected_status
    if status == expected and check.version is not None and judged.commit is not None:
        named = version.named(check.version, reply.headers, reply.body)
        if wrong := version.fault(check.version, named, judged.commit):
            return Answer(good=False, said=f"status {status}, but {wrong}")
    wrong = "" if status == expected else f" instead of {expected}"
    text = clean(reply.body.decode("utf-8", "replace"))
    return Answer(good=status == expected, said=f"status {status}{wrong}" + (f": {text}" if text else ""))


def _place(url: str) -> str:
    address = urlsplit(url)
    return place(address.hostname, address.port or (443 if address.scheme == "https" else 80))


CHECK_TYPES.register("http", HttpCheck())
