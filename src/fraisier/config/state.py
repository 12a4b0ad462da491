"""`database:` at the top of the file, or in the fraise called fraisier: Fraisier's own database."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.kinds import choice, text
from fraisier.config.names import absolute_path
from fraisier.config.section import Field, section


class State(msgspec.Struct, frozen=True, kw_only=True):
    """`path` None means the usual place. Fraisier only ever adds to its own schema, hence `apply`."""

    type: str = "sqlite"
    path: str | None = None
    strategy: str = "apply"


SERVER: Final = "a state database on a server (PostgreSQL, MySQL)"

STATE: Final = section(
    "database",
    "Where Fraisier remembers everything.",
    Field(
        "type",
        choice(
            "state database",
            ("sqlite",),
            {
                "postgresql": "PostgreSQL as the state database",
                "mysql": "MySQL as the state database",
                "mariadb": "MariaDB as the state database",
                "sqlserver": "SQL Server as the state database (only applications may use it)",
            },
        ),
        "The kind of database.",
    ),
    Field("path", text(check=absolute_path), "The file; FRAISIER_DB_PATH wins over it."),
    Field(
        "strategy",
        choice("strategy for Fraisier's own database, which is never rebuilt,", ("apply",)),
        "The schema is upgraded in place, nothing is ever dropped.",
    ),
    of=State,
    not_yet=dict.fromkeys(
        ("url", "host", "port", "name", "user", "password", "pool_size", "pool_recycle"), SERVER
    ),
)
