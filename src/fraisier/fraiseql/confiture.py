"""confiture: migrations of PostgreSQL. A failed `up` says `"ok": true` and leaves the earlier migrations of its run."""

from __future__ import annotations

from typing import Final

from fraisier.errors import StepFailed
from fraisier.hosts.migrations.bench import Bench, json_in
from fraisier.hosts.migrations.tool import TOOLS

NO_TABLE: Final = 2  # nothing was ever applied
ADDRESS: Final = "CONFITURE_DATABASE_URL"
EVERYTHING: Final = "1000000"


class ConfitureTool:
    """A version is the revision that `migrate current` names."""

    def returns(self, bench: Bench) -> bool:
        del bench
        return True

    async def version(self, bench: Bench) -> str:
        asked = await _confiture(bench, "current")
        result = await bench.look(asked)
        if (
            result.exit_code == NO_TABLE
            and json_in(result.output).get("error", {}).get("code") == "PRECON_1001"
        ):
            return ""
        told = json_in(result.output)
        if not result.ok or "revision" not in told:
            raise bench.failed(asked, result, "Asking where the database stands")
        return told["revision"] or ""

    async def up(self, bench: Bench) -> None:
        asked = await _confiture(bench, "up")
        result = await bench.run(asked, "The migration")
        if json_in(result.output).get("success") is not True:
            raise StepFailed(
                f"confiture did not say that the migration succeeded:\n{result.output.strip()[-2000:]}",
                hint="Fix the migration and deploy again.",
            )

    async def down(self, bench: Bench, to: str) -> None:
        words = ("down-to", to) if to else ("down", "--steps", EVERYTHING)
        asked = await _confiture(bench, *words)
        result = await bench.run(asked, "Undoing the migration")
        if (stands := await self.version(bench)) != to:
            raise bench.failed(asked, result, f"Undoing the migration (it stands at {stands or 'nothing'})")

    async def rebuild(self, bench: Bench) -> None:
        drop = ("rebuild", "--drop-schemas", "--yes")
        await bench.run(bench.settings.rebuild or await _confiture(bench, *drop), "Rebuilding the database")
        await self.up(bench)


async def _confiture(bench: Bench, *words: str) -> tuple[str, ...]:
    """The address comes from the environment where that has one, else from the file of the environment."""
    settings = bench.settings
    program = settings.program or ("confiture",)
    config = settings.config
    if config is None and words[0] != "rebuild" and await bench.has_variable(ADDRESS):
        return (*program, "migrate", *words, "--no-config", "--format", "json")
    file = config or f"db/environments/{settings.environment}.yaml"
    return (*program, "migrate", *words, "--config", file, "--format", "json")


TOOLS.register("confiture", ConfitureTool())
