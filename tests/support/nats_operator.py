"""An operator, an account and a user of NATS, as `nsc` makes them: JWTs that nkeys sign."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import nkeys


class Operator:
    """`settings` are a server's; `credentials` writes the file that its user logs in with."""

    def __init__(self) -> None:
        self.key = _key(nkeys.PREFIX_BYTE_OPERATOR)
        self.account = _key(nkeys.PREFIX_BYTE_ACCOUNT)
        self.user_seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)

    @property
    def settings(self) -> dict[str, Any]:
        names = ("subs", "conn", "leaf", "imports", "exports", "data", "payload")
        limits = dict.fromkeys(names, -1) | {"wildcards": True}
        streams = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)
        system = _key(nkeys.PREFIX_BYTE_ACCOUNT)
        return {
            "operator": _jwt(self.key, self.key, "operator", {"system_account": _public(system)}),
            "resolver": "MEMORY",
            "resolver_preload": {
                _public(self.account): _jwt(self.key, self.account, "account", {"limits": limits | streams}),
                _public(system): _jwt(self.key, system, "account", {"limits": limits}),
            },
        }

    def credentials(self, file: Path) -> Path:
        user = nkeys.from_seed(self.user_seed)
        token = _jwt(self.account, user, "user", {"subs": -1, "data": -1, "payload": -1})
        file.write_text(
            f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{self.user_seed.decode()}\n------END USER NKEY SEED------\n"
        )
        return file


def _key(prefix: int) -> Any:
    return nkeys.from_seed(nkeys.encode_seed(os.urandom(32), prefix))


def _public(key: Any) -> str:
    return key.public_key.decode()


def _jwt(issuer: Any, subject: Any, kind: str, about: dict[str, Any]) -> str:
    claims = {
        "iat": int(time.time()),
        "iss": _public(issuer),
        "sub": _public(subject),
        "name": kind,
        "nats": {**about, "type": kind, "version": 2},
    }
    digest = hashlib.sha256(json.dumps(claims).encode()).digest()
    claims["jti"] = base64.b32encode(digest).decode().rstrip("=")
    head = {"typ": "JWT", "alg": "ed25519-nkey"}
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
    return f"{signed}.{_encoded(issuer.sign(signed.encode()))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
