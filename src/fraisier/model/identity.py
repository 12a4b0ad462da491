"""Who a deployment is about: (fraise, environment, job), everywhere."""

from __future__ import annotations

import re

import msgspec


class Identity(msgspec.Struct, frozen=True, order=True):
    """Names one lane. `job` is empty for everything that has no jobs of its own."""

    fraise: str
    environment: str
    job: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.fraise, self.environment, self.job) if part)

    @property
    def slug(self) -> str:
        """A name that is safe in files, units and sockets, and different for different identities.

        Up to 40 characters of [a-z0-9_-]; eight more from SHA-256 keep apart what looks the same.
        """
        import hashlib  # noqa: PLC0415 - loads OpenSSL, 3 ms that `list` does not need

        readable = re.sub(r"[^a-z0-9_]+", "-", str(self).lower()).strip("-")[:40]
        return f"{readable}-{hashlib.sha256(repr(self).encode()).hexdigest()[:8]}"
