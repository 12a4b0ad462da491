"""`database:` below a fraise or environment — the application's own database, never Fraisier's."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.kinds import ARGV, choice, duration, text
from fraisier.config.names import file_path
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Values, plain, section

TOOLS: Final = ("command", "confiture", "alembic", "django")
PRODUCTION: Final = frozenset({"production", "prod", "live"})
BY_HAND: Final = ("migrate", "down")
WITH_TOOL: Final = ("tool_command", "tool_config")


class AppDatabase(msgspec.Struct, frozen=True, kw_only=True):
    """Commands run in the new release's folder. Without `down` a migration that ran stays and is reported.

    `timeout` is in seconds and bounds each command. `tool_command` is how the tool is called there, `tool_config`
    its configuration, and both are None for the tool's own default.
    """

    name: str | None = None
    type: str | None = None
    strategy: str = "apply"
    tool: str = "command"
    backup: tuple[str, ...] = ()
    migrate: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    rebuild: tuple[str, ...] = ()
    tool_command: tuple[str, ...] | None = None
    tool_config: str | None = None
    timeout: float = 600.0

    @property
    def changes(self) -> bool:
        """Whether a deployment changes the schema at all."""
        return self.tool != "command" or self.strategy == "rebuild" or bool(self.migrate)


APP_DATABASE: Final = section(
    "ENVIRONMENT.database",
    "The application's database: what backs it up and what changes its schema.",
    Field("name", text(), "What the database is called, for people."),
    Field(
        "type",
        choice("kind of database", ("sqlite", "postgresql", "mysql", "mariadb", "sqlserver")),
        "What kind of database it is, for people; sqlserver only with tool: command.",
    ),
    Field(
        "strategy",
        choice("database strategy", ("apply", "rebuild")),
        "apply runs migrations and data stays; rebuild drops everything and makes it again, in production only "
        "with `deploy --force-rebuild`.",
    ),
    Field(
        "tool",
        choice("migration tool", TOOLS),
        "Who migrates: the commands below, or a tool that Fraisier knows how to call, also for the way back.",
    ),
    Field("backup", ARGV, "Runs before every migration. A failure ends the deployment."),
    Field("migrate", ARGV, "Tool command: runs before the new version starts."),
    Field("down", ARGV, "Tool command: undoes migrate when the deployment goes back."),
    Field("rebuild", ARGV, "Drops and makes the database; default: as the tool does it."),
    Field(
        "tool_command",
        ARGV,
        "How the tool is called in the release; default: confiture, alembic, or python3 manage.py, from the "
        "release's .venv if it has one.",
    ),
    Field(
        "tool_config",
        text(check=file_path),
        "The tool's configuration in the release; confiture: db/environments/ENVIRONMENT.yaml.",
    ),
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


def is_production(environment: str) -> bool:
    """Whether people call an environment their production: `production-eu`, `prod_us`, `live`."""
    return environment.lower().replace("_", "-").partition("-")[0] in PRODUCTION


def consistent(values: Values, problems: Problems) -> None:
    """Complain about keys that do not belong together."""
    tool = plain(values).get("tool", "command")
    if "tool" in values and values["tool"].value is BAD:
        return
    for key in BY_HAND if tool != "command" else WITH_TOOL:
        if key in values:
            whose = "to tool: command" if tool != "command" else "to a migration tool"
            problems.add(values[key], f"belongs {whose}, and the tool is {tool}")
    if tool == "django" and "tool_config" in values:
        what = "is nothing that django has: set DJANGO_SETTINGS_MODULE in env_vars"
        problems.add(values["tool_config"], what)
    if (down := values.get("down")) and tool == "command" and "migrate" not in values:
        problems.add(down, "undoes database.migrate, and there is none")
    _kind(values, tool, problems)
    rebuilt = plain(values).get("strategy") == "rebuild"
    if rebuilt and tool == "command" and "rebuild" not in values:
        what = "drops the database and makes it again: say how, with database.tool or database.rebuild"
        problems.add(values["strategy"], what)
    if "rebuild" in values and not rebuilt and values.get("strategy", values["rebuild"]).value is not BAD:
        problems.add(values["rebuild"], "belongs to strategy: rebuild")


def _kind(values: Values, tool: str, problems: Problems) -> None:
    kind = plain(values).get("type")
    if kind == "sqlserver" and tool != "command":
        problems.add(values["type"], f"is only migrated by tool: command, and the tool is {tool}")
    elif tool == "confiture" and kind not in {None, "postgresql"}:
        problems.add(values["type"], "is not migrated by confiture, which knows PostgreSQL only")
