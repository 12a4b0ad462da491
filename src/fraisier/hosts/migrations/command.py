"""command: the user's own commands. What they did only they can tell."""

from __future__ import annotations

from fraisier.hosts.migrations.bench import Bench
from fraisier.hosts.migrations.tool import TOOLS


class CommandTool:
    """`database.migrate`, `.down` and `.rebuild`."""

    def returns(self, bench: Bench) -> bool:
        return bool(bench.settings.down)

    async def version(self, bench: Bench) -> str:
        del bench
        return ""

    async def up(self, bench: Bench) -> None:
        if bench.settings.up:
            await bench.run(bench.settings.up, "The migration")

    async def down(self, bench: Bench, to: str) -> None:
        del to
        await bench.run(bench.settings.down, "Undoing the migration")

    async def rebuild(self, bench: Bench) -> None:
        await bench.run(bench.settings.rebuild, "Rebuilding the database")
        await self.up(bench)


TOOLS.register("command", CommandTool())
