"""Migration tools, by the name in `database.tool`. One file and one registration each."""

from __future__ import annotations

from typing import Final, Protocol

from fraisier.hosts.migrations.bench import Bench
from fraisier.model.registry import Registry


class MigrationTool(Protocol):
    """All of them raise `CommandFailed`, or `StepFailed` for an answer that cannot be understood."""

    def returns(self, bench: Bench) -> bool:
        """Whether it can take migrations back at all."""
        ...

    async def version(self, bench: Bench) -> str:
        """Where the database stands; empty for one without any migration, and where the tool cannot tell."""
        ...

    async def up(self, bench: Bench) -> None:
        """Apply every migration of the release that is not applied. May be repeated."""
        ...

    async def down(self, bench: Bench, to: str) -> None:
        """Take back what was applied since the database stood at `to`. May be repeated."""
        ...

    async def rebuild(self, bench: Bench) -> None:
        """Drop everything and make it again. The data is gone."""
        ...


TOOLS: Final = Registry[MigrationTool](
    "migration_tool",
    {
        "command": "fraisier.hosts.migrations.command",
        "alembic": "fraisier.hosts.migrations.alembic",
        "django": "fraisier.hosts.migrations.django",
        "confiture": "fraisier.fraiseql.confiture",
    },
)
