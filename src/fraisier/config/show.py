"""The effective configuration as plain values in which no secret can be seen."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from fraisier.config.reader import Configuration
from fraisier.config.references import holds_reference
from fraisier.model.secret import MASK

SECRET_WORDS: Final = (
    "secret",
    "token",
    "passw",
    "passphrase",
    "api_key",
    "apikey",
    "private_key",
    "access_key",
    "credential",
    "nkey",
    "connection_string",
    "dsn",
)

CREDENTIALS: Final = r"(https?://|://(?=[^/?#@\s]*:))[^/?#\s]*@"
"""What stands before the @ of an address: all of it in http, elsewhere only when it holds a password."""


def show(configuration: Configuration) -> dict[str, Any]:
    """`git`, `branch_mapping`, `database`, `server`, `nats`, `webhooks`, `fraises`: with defaults, inherited."""
    return {
        "git": masked("git", msgspec.to_builtins(configuration.git)),
        "branch_mapping": msgspec.to_builtins(configuration.branch_mapping),
        "database": msgspec.to_builtins(configuration.state),
        "server": msgspec.to_builtins(configuration.server),
        "nats": masked("nats", msgspec.to_builtins(configuration.nats)),
        "logs_url": configuration.logs_url,
        "webhooks": [
            {**masked("", each), "url": MASK, "headers": dict.fromkeys(each["headers"], MASK)}
            for each in msgspec.to_builtins(configuration.receivers)
        ],
        "fraises": masked("fraises", msgspec.to_builtins(configuration.fraises)),
    }


def masked(key: str, value: Any) -> Any:
    """A plain value without the secrets that its keys, references and addresses give away."""
    match value:
        case dict() if key == "env_vars":
            return {
                name: MASK if holds_reference(text) else masked(name, text) for name, text in value.items()
            }
        case dict():
            return {name: masked(name, inner) for name, inner in value.items()}
        case list() | tuple():
            return [masked(key, inner) for inner in value]
        case str() if value and any(word in key.lower() for word in SECRET_WORDS):
            return MASK
        case str():
            return re.sub(CREDENTIALS, rf"\1{MASK}@", value)
        case _:
            return value
