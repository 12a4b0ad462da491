"""alembic: see its tutorial, "Running our First Migration" and "Getting Information"."""

from __future__ import annotations

import re
from typing import Final

from fraisier.hosts.migrations.bench import Bench
from fraisier.hosts.migrations.tool import TOOLS

_REVISION: Final = re.compile(r"^([0-9A-Za-z_]+)(?: \([a-z, ]+\))*$", re.MULTILINE)
NOTHING: Final = "base"


class AlembicTool:
    """A version is the revisions in `alembic_version`, with commas where there are several branches."""

    def returns(self, bench: Bench) -> bool:
        del bench
        return True

    async def version(self, bench: Bench) -> str:
        asked = _alembic(bench, "current")
        result = await bench.look(asked)
        if not result.ok:
            raise bench.failed(asked, result, "Asking where the database stands")
        return ",".join(sorted(set(_REVISION.findall(result.output))))

    async def up(self, bench: Bench) -> None:
        await bench.run(_alembic(bench, "upgrade", "heads"), "The migration")

    async def down(self, bench: Bench, to: str) -> None:
        for revision in to.split(",") if to else [NOTHING]:
            await bench.run(_alembic(bench, "downgrade", revision), "Undoing the migration")

    async def rebuild(self, bench: Bench) -> None:
        own = bench.settings.rebuild
        await bench.run(own or _alembic(bench, "downgrade", NOTHING), "Rebuilding the database")
        await self.up(bench)


def _alembic(bench: Bench, *words: str) -> tuple[str, ...]:
    settings = bench.settings
    config = ("-c", settings.config) if settings.config else ()
    return (*(settings.program or ("alembic",)), *config, *words)


TOOLS.register("alembic", AlembicTool())
