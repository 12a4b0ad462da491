"""Step kind `migrate_database`: the application's database becomes what a release needs, once per deployment.

A new release applies its migrations. A return to an earlier one first takes back what the releases since then have
applied, newest first, each with its own files. Where the database stood before is written down on the host before
anything is touched, so whoever goes back knows the way.
"""

from __future__ import annotations

import msgspec

from fraisier.errors import CommandFailed, StepFailed
from fraisier.hosts.migrations import applied
from fraisier.hosts.migrations.applied import Applied
from fraisier.hosts.migrations.bench import Bench, Settings
from fraisier.hosts.migrations.tool import TOOLS, MigrationTool
from fraisier.model.host import Site
from fraisier.model.step import NotUndone, Seen, Skip, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`release` applies its migrations, None: nothing is applied. `back` are those whose migrations are taken back,
    newest first. `keep`: a person said that the schema stays as it is. `rebuild`: drop everything first.
    """

    tool: str
    settings: Settings
    release: str | None = None
    back: tuple[str, ...] = ()
    keep: bool = False
    rebuild: bool = False


@step_kind("migrate_database", params=Params, repeatable=False)
class MigrateDatabase:
    """Undoing needs nothing but the release folders and the tool that lies in them."""

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.CANNOT_TELL

    async def apply(self, site: Site, params: Params) -> Skip | None:
        if params.keep:
            return Skip(f"--keep-schema: what {', '.join(params.back) or 'nothing'} migrated stays")
        work = _Work(site, params)
        for release in params.back:
            await work.leave(release)
        if params.release is not None:
            await work.enter(params.release, rebuild=params.rebuild)
        return None

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        if params.keep:
            return None
        work = _Work(site, params)
        left = await work.leave_again(params.release) if params.release is not None else None
        for release in reversed(params.back):
            await work.enter_again(release)
        return left


class _Work:
    def __init__(self, site: Site, params: Params) -> None:
        self._site = site
        self._params = params
        self._tool: MigrationTool = TOOLS.find(params.tool)

    async def enter(self, release: str, *, rebuild: bool) -> None:
        """Apply the migrations of a release."""
        bench = self._bench(release)
        entry = Applied(release=release, before=await self._tool.version(bench), open=True, rebuilt=rebuild)
        await self._put(entry)
        await (self._tool.rebuild(bench) if rebuild else self._tool.up(bench))
        await self._put(msgspec.structs.replace(entry, open=False))

    async def leave(self, release: str) -> None:
        """Take back what a release has applied. Raises `StepFailed` where that is not possible."""
        entry = applied.of(await self._applied(), release)
        if entry is None:
            return
        await self._put(msgspec.structs.replace(entry, leaving=True))
        bench = self._bench(release)
        try:
            await self._tool.down(bench, entry.before)
        except CommandFailed as error:
            raise StepFailed(
                f"{error.message}\nThe migrations of {release} cannot be taken back.",
                hint="`fraisier rollback … --keep-schema` goes back without them, when the old version can live "
                "with the new schema.",
            ) from error
        await self._remove(release)

    async def leave_again(self, release: str) -> NotUndone | None:
        """On the way back: as far as the tool can; what stays is said."""
        entry = applied.of(await self._applied(), release)
        if entry is None:
            return None  # it was never begun
        bench = self._bench(release)
        if entry.rebuilt:
            return NotUndone(what="the database was dropped and made again", how="restore the backup")
        if not self._tool.returns(bench):
            return NotUndone(
                what="the database as the migration left it",
                how="undo it by hand, or restore the backup; `database.down` in fraises.yaml would do it next time",
            )
        try:
            await self._tool.down(bench, entry.before)
        except CommandFailed as error:
            left = await self._left(bench, entry, error)
            if left is not None:
                return left
        await self._remove(release)
        return None

    async def enter_again(self, release: str) -> None:
        """On the way back of a return: apply what had been taken back, or half of it."""
        entry = applied.of(await self._applied(), release)
        if entry is not None and not entry.leaving:
            return
        bench = self._bench(release)
        before = entry.before if entry else await self._tool.version(bench)
        await self._tool.up(bench)
        await self._put(Applied(release=release, before=before))

    async def _left(self, bench: Bench, entry: Applied, error: CommandFailed) -> NotUndone | None:
        """What a failed `down` has left; raises the error where only a person can find out."""
        stands = await self._tool.version(bench)
        if self._params.tool == "command":
            raise error
        if stands == entry.before:
            return None
        before, now = entry.before or "nothing", stands or "nothing"
        return NotUndone(
            what=f"migrations of {entry.release}: the database stands at {now}, before it stood at {before}",
            how=f"take them back by hand, or restore the backup. {self._params.tool} said: "
            f"{error.message.splitlines()[-1]}",
        )

    def _bench(self, release: str) -> Bench:
        return Bench(self._site, self._params.settings, release)

    async def _applied(self) -> tuple[Applied, ...]:
        return await applied.read(self._site.host, self._params.settings.app_path)

    async def _put(self, entry: Applied) -> None:
        await self._write(applied.put(await self._applied(), entry))

    async def _remove(self, release: str) -> None:
        await self._write(applied.without(await self._applied(), release))

    async def _write(self, everything: tuple[Applied, ...]) -> None:
        await applied.write(self._site.host, self._params.settings.app_path, everything)
