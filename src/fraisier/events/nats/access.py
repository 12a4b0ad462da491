"""How a NATS server is reached, and as whom."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import msgspec

from fraisier.config.nats import Nats, Tls
from fraisier.errors import ConfigurationError
from fraisier.model.secret import Secret

Resolve = Callable[[str], "str | Secret"]


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Servers as NATS addresses. What logs us in is never shown."""

    servers: tuple[str, ...]
    user: str | Secret | None = None
    password: str | Secret | None = None
    token: str | Secret | None = None
    credentials: str | None = None
    nkey: str | Secret | None = None
    tls: Tls | None = None

    def options(self) -> dict[str, Any]:
        """What `nats.connect` takes. Raises `ConfigurationError` for certificates that cannot be read."""
        found = {
            "servers": list(self.servers),
            "user": _plain(self.user),
            "password": _plain(self.password),
            "token": _plain(self.token),
            "user_credentials": self.credentials,
            "nkeys_seed_str": _plain(self.nkey),
            "tls": _context(self.tls) if self.tls else None,
        }
        return {key: value for key, value in found.items() if value is not None}


def remote(nats: Nats, resolve: Resolve) -> Access:
    """The server that the configuration names. Raises `ConfigurationError` for a reference without a value."""
    return Access(
        servers=tuple(str(_plain(resolve(url))) for url in nats.urls),
        user=_resolved(nats.user, resolve),
        password=_resolved(nats.password, resolve),
        token=_resolved(nats.token, resolve),
        credentials=nats.credentials,
        nkey=_resolved(nats.nkey, resolve),
        tls=nats.tls,
    )


def _resolved(text: str | None, resolve: Resolve) -> str | Secret | None:
    return None if text is None else resolve(text)


def _plain(value: str | Secret | None) -> str | None:
    return value.reveal() if isinstance(value, Secret) else value


def _context(tls: Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.cert and tls.key:
            context.load_cert_chain(tls.cert, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"A certificate of nats.tls cannot be used: {error.strerror or error}.",
            hint="Name readable PEM files: nats.tls.ca, nats.tls.cert, nats.tls.key.",
        ) from error
    return context
