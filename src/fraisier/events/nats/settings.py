"""The configuration of our own NATS server. Pure.

Whoever is on this machine may listen, as the documents show it; only Fraisier may publish.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from fraisier.events.nats.subject import PREFIX, STREAM

PUBLISHER: Final = "fraisier"
LISTENER: Final = "listener"
LISTENING: Final = {
    "publish": [
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
        f"$JS.API.STREAM.INFO.{STREAM}",
        f"$JS.API.STREAM.MSG.GET.{STREAM}",
        f"$JS.API.DIRECT.GET.{STREAM}",
        f"$JS.API.DIRECT.GET.{STREAM}.>",
        f"$JS.API.CONSUMER.*.{STREAM}",
        f"$JS.API.CONSUMER.*.{STREAM}.>",
        f"$JS.API.CONSUMER.*.*.{STREAM}.>",
        f"$JS.ACK.{STREAM}.>",
        f"$JS.FC.{STREAM}.>",
    ],
    "subscribe": [f"{PREFIX}.>", "_INBOX.>"],
}
"""A stream is made, changed and emptied by its publisher alone; consumers are anybody's."""


def settings(*, folder: Path, name: str, port: int, password: str) -> str:
    """The text of the file; NATS reads JSON. See docs.nats.io/running-a-nats-service/configuration."""
    wanted: dict[str, Any] = {
        "server_name": name,
        "host": "127.0.0.1",
        "port": port,
        "ports_file_dir": str(folder),
        "logfile": str(folder / "nats.log"),
        "logfile_size_limit": 1024 * 1024,
        "logfile_max_num": 2,
        "jetstream": {
            "store_dir": str(folder),
            "max_memory_store": 16 * 1024**2,
            "max_file_store": 2 * 1024**3,
            "sync_interval": "always",
        },
        "authorization": {
            "users": [
                {"user": PUBLISHER, "password": password},
                {"user": LISTENER, "password": LISTENER, "permissions": LISTENING},
            ]
        },
        "no_auth_user": LISTENER,
    }
    return json.dumps(wanted, indent=2)
