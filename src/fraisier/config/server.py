"""`server:` — what stands before `fraisier serve`, and how much it takes."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.kinds import at_most, text, whole
from fraisier.config.names import network
from fraisier.config.section import Field, section


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """`trusted_proxies` are networks; X-Forwarded-For of anybody else is ignored."""

    trusted_proxies: tuple[str, ...] = ()
    deliveries_per_minute: int = 1200


SERVER: Final = section(
    "server",
    "The server that receives pushes.",
    Field(
        "trusted_proxies",
        at_most(64, text("an address or a network such as 10.0.0.0/8", check=network)),
        "The proxies before it, whose X-Forwarded-For is believed.",
    ),
    Field(
        "deliveries_per_minute",
        whole(1, 10_000_000),
        "How many deliveries it takes of one repository's hook; more are answered 429.",
    ),
    of=Server,
)
