"""Signatures of Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

from fraisier.errors import ConfigurationError

PREFIX: Final = "whsec_"


def sign(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """The header webhook-signature: `v1,` and the base64 HMAC-SHA256 of `{id}.{timestamp}.{body}`.

    Raises `ConfigurationError` for a secret that is not `whsec_` and base64; the secret itself is not shown.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ConfigurationError(
            "The secret of a webhook is not whsec_ and base64.",
            hint='Make one: echo "whsec_$(openssl rand -base64 32)"',
        )
    signed = b".".join([identifier.encode(), str(timestamp).encode(), body])
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
