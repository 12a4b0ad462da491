"""`nats:` — the event stream: a NATS server of one's own, or the one that `fraisier serve` keeps."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fraisier.config.kinds import FLAG, at_most, text
from fraisier.config.names import absolute_path
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Values, nested, plain, section

SCHEMES: Final = ("nats://", "tls://", "ws://", "wss://")


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Files. `ca` None means the authorities that this machine trusts; `cert` and `key` are the client's own."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None


class Nats(msgspec.Struct, frozen=True, kw_only=True):
    """Without `urls` the server is Fraisier's own. User, password, token and nkey are unresolved texts."""

    enabled: bool = True
    urls: tuple[str, ...] = ()
    user: str | None = None
    password: str | None = None
    token: str | None = None
    credentials: str | None = None
    nkey: str | None = None
    tls: Tls | None = None


def _address(written: str) -> str | None:
    if written.lower().startswith(SCHEMES) and " " not in written:
        return None
    return f"must be an address such as nats://nats.example.com:4222, not {written!r}"


REFERENCE: Final = text("text, best a ${…} reference", may_refer=True)
TLS: Final = section(
    "nats.tls",
    "How the connection to NATS is encrypted.",
    Field(
        "ca", text(check=absolute_path), "The authorities that are trusted; default: those of this machine."
    ),
    Field("cert", text(check=absolute_path), "Our own certificate, for a server that asks for one."),
    Field("key", text(check=absolute_path), "The key of our own certificate."),
    of=Tls,
)
NATS: Final = section(
    "nats",
    "The event stream. Without an address `fraisier serve` runs a server of its own on this machine.",
    Field("enabled", FLAG, "false: no event stream; everything else works."),
    Field(
        "url",
        at_most(16, text("an address such as nats://nats.example.com:4222", check=_address, may_refer=True)),
        "Your own NATS server with JetStream, or the servers of one cluster.",
        into="urls",
        aliases=("urls", "servers"),
    ),
    Field("user", REFERENCE, "Who we are there, with a password."),
    Field("password", REFERENCE, "The password of that user."),
    Field("token", REFERENCE, "A token instead of a user."),
    Field(
        "credentials",
        text(check=absolute_path),
        "The .creds file of a user, instead (`pip install 'fraisier[nkeys]'`).",
    ),
    Field("nkey", REFERENCE, "The seed of an nkey, instead (`pip install 'fraisier[nkeys]'`)."),
    Field("tls", nested(TLS), "Certificates; tls:// encrypts without any of them."),
    of=Nats,
)
WAYS: Final = ("user", "token", "credentials", "nkey")


def nats(values: Values, problems: Problems) -> Nats:
    """The section as an object. One way to say who we are, and only to a server that is not our own."""
    written = plain(values)
    chosen = [values[key] for key in WAYS if key in values]
    for one in chosen[1:]:
        problems.add(
            one, f"is a second way to log in; {chosen[0].path} on line {chosen[0].line} is the first"
        )
    if ("password" in values) != ("user" in values):
        lone = values.get("password") or values["user"]
        problems.add(lone, "a user has a password, and a password has a user")
    if "urls" not in values:
        for key in (*WAYS, "tls"):
            if key in values:
                problems.add(values[key], "is for a server of your own: nats.url is missing")
    return Nats(**(written | _tls(values, problems)))


def _tls(values: Values, problems: Problems) -> dict[str, Any]:
    found = values.get("tls")
    if found is None or found.value is BAD:
        return {"tls": None}
    files = found.value
    if ("cert" in files) != ("key" in files):
        problems.add(found, "a certificate of our own needs both cert and key")
    return {"tls": Tls(**plain(files))}
