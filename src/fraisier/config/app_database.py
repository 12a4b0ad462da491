"""`database:` below a fraise or environment — the application's own database, never Fraisier's."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.kinds import ARGV, choice, duration, text
from fraisier.config.section import Field, section


class AppDatabase(msgspec.Struct, frozen=True, kw_only=True):
    """Commands run in the new release's folder. Without `down` a migration that ran stays and is reported.

    `timeout` is in seconds and bounds each command.
    """

    name: str | None = None
    type: str | None = None
    strategy: str = "apply"
    tool: str = "command"
    backup: tuple[str, ...] = ()
    migrate: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    timeout: float = 600.0


APP_DATABASE: Final = section(
    "ENVIRONMENT.database",
    "The application's database: what backs it up and what changes its schema.",
    Field("name", text(), "What the database is called, for people."),
    Field(
        "type",
        choice("kind of database", ("sqlite", "postgresql", "mysql", "mariadb", "sqlserver")),
        "What kind of database it is, for people.",
    ),
    Field(
        "strategy",
        choice("database strategy", ("apply",), {"rebuild": "dropping and creating a development database"}),
        "apply runs migrations; data stays.",
    ),
    Field(
        "tool",
        choice("migration tool", ("command",), {"confiture": "migrations by confiture"}),
        "Who migrates: the commands below.",
    ),
    Field("backup", ARGV, "Runs before every migration. A failure ends the deployment."),
    Field("migrate", ARGV, "Runs before the new version starts."),
    Field("down", ARGV, "Undoes migrate when the deployment goes back."),
    Field("timeout", duration(minimum=1), "How long each of these commands may take."),
    of=AppDatabase,
    not_yet={
        "path": "the path of an application's SQLite file",
        "url": "connecting to an application's database",
        "host": "connecting to an application's database",
        "port": "connecting to an application's database",
        "migrate_on": "choosing the host that migrates",
        "seed": "seed data by fraiseql-data",
    },
)
