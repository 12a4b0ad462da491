"""Step kinds of a backup's run: `make_backup`, `seal_backup`, `sync_backup`, `prune_backups`; and `restore_backup`."""

from __future__ import annotations

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import backups, env_file, layout
from fraisier.hosts.as_user import as_user
from fraisier.hosts.compose import one_off
from fraisier.hosts.compose.one_off import Inside
from fraisier.hosts.effect import effect, failed
from fraisier.model.command import Command
from fraisier.model.host import Site
from fraisier.model.step import NotUndone, Seen, Skip, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`folder` holds the backups; `argv` is the user's command of this step, with BACKUP_FILE in its environment.

    `name` is what a new backup should be called, or the one that is restored. `deadline` is in seconds. `inside` is the
    container in which the command runs, if it does; it sees the folder.
    """

    app_path: str
    release: str
    job: str
    folder: str
    name: str = ""
    argv: tuple[str, ...] = ()
    env: dict[str, str] = msgspec.field(default_factory=dict)
    public: tuple[str, ...] = ()
    user: str | None = None
    deadline: float = 3600.0
    blocked: str = ""
    days: float | None = None
    keep: int = 1
    inside: Inside | None = None


async def _run(site: Site, params: Params, file: str, doing: str) -> None:
    told = {**params.env, "BACKUP_FILE": file, "BACKUP_FOLDER": params.folder}
    if params.inside is not None:
        within = Command(argv=params.argv, env=told, deadline=params.deadline)
        await one_off.run(site.host, params.inside, params.release, within, doing, public=params.public)
        return
    folder = layout.release_path(params.app_path, params.release)
    env = await env_file.read(site.host, layout.env_path(params.app_path, params.release), params.public)
    what = Command(argv=params.argv, env={**env, **told}, cwd=folder, deadline=params.deadline)
    await effect(site.host, as_user(what, params.user), f"{doing} ({what}) in {folder}")


async def _new(site: Site, params: Params) -> str:
    """The backup that this run has made. Raises `StepFailed` unless there is exactly one.

    What begins with the name that was given counts alone: another job may write to the same folder.
    """
    there = (await site.host.look(backups.new(params.folder))).output.splitlines()
    found = [name for name in there if params.name and name.startswith(params.name)] or there
    if len(found) > 1:
        raise StepFailed(
            f"The job {params.job} left {len(found)} new backups in {params.folder}: {', '.join(found)}.",
            hint="Make one: put what belongs together into a folder, $BACKUP_FILE for example.",
        )
    if not found:
        raise StepFailed(
            f"The job {params.job} left no new backup in {params.folder}.",
            hint="Let it write to $BACKUP_FILE, or name the folder that it writes to: backup_path.",
        )
    return found[0]


class _Lasting:
    """What a backup's run has done is not undone: an unfinished backup has no seal, and nobody takes it for a good one.
    What still runs in a container is ended.
    """

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.CANNOT_TELL

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        if params.inside is not None:
            await one_off.end(site.host, params.inside)
        return None


@step_kind("make_backup", params=Params, repeatable=False)
class MakeBackup(_Lasting):
    """The user's script writes it."""

    async def apply(self, site: Site, params: Params) -> None:
        if params.blocked:
            raise StepFailed(f"The job {params.job} was not run: {params.blocked}.")
        begin = backups.begin(params.folder, params.user)
        await effect(site.host, begin, f"Making {params.folder}")
        await _run(site, params, f"{params.folder}/{params.name}", f"The job {params.job}")


@step_kind("seal_backup", params=Params, repeatable=False)
class SealBackup(_Lasting):
    """It is there, it holds something, its restore test passes: then its checksum is written."""

    async def apply(self, site: Site, params: Params) -> None:
        name = await _new(site, params)
        path = f"{params.folder}/{name}"
        if not (await site.host.look(backups.holds_something(path))).ok:
            raise StepFailed(f"The backup {path} is empty.", hint="Look at what the job printed.")
        if params.argv:
            await _run(site, params, path, "The restore test")
        seal = backups.seal(params.folder, name, params.deadline)
        await effect(site.host, seal, f"Writing the checksum of {path}")
        site.say(f"{name}{', restore test passed' if params.argv else ', never restored: no restore_test'}")


@step_kind("sync_backup", params=Params, repeatable=False)
class SyncBackup(_Lasting):
    """A copy elsewhere. `argv` ends where the backup and its checksum are to be named, or reads BACKUP_FILE."""

    async def apply(self, site: Site, params: Params) -> None:
        name = await _new(site, params)
        await _run(site, params, f"{params.folder}/{name}", "Copying the backup")


@step_kind("prune_backups", params=Params, repeatable=True)
class PruneBackups(_Lasting):
    """Only after a good new one, and never the newest good ones."""

    async def check(self, site: Site, params: Params) -> Seen:
        return Seen.NOT_DONE if await _doomed(site, params) else Seen.DONE

    async def apply(self, site: Site, params: Params) -> Skip | None:
        gone = await _doomed(site, params)
        for name in gone:
            await effect(site.host, backups.remove(params.folder, name), f"Removing the backup {name}")
        if gone:
            site.say(f"removed: {', '.join(gone)}")
        return None if gone else Skip("none is old enough")


@step_kind("check_backup", params=Params, repeatable=True)
class CheckBackup(_Lasting):
    """Its checksum is right: a step of its own, so that nothing was restored when it is not."""

    async def apply(self, site: Site, params: Params) -> None:
        path = f"{params.folder}/{params.name}"
        check = backups.check(params.folder, params.name, params.deadline)
        checked = await site.host.look(check)
        if not checked.ok:
            raise failed(
                site.host, check, checked, f"Checking {path}", hint="Take another one: fraisier backup list"
            )


@step_kind("restore_backup", params=Params, repeatable=False)
class RestoreBackup(_Lasting):
    """The user's command. Only a person asks for it."""

    async def apply(self, site: Site, params: Params) -> None:
        await _run(site, params, f"{params.folder}/{params.name}", "Restoring")

    async def undo(self, site: Site, params: Params) -> NotUndone:
        await super().undo(site, params)
        return NotUndone(
            what=f"whatever restoring {params.name} has changed",
            how="restore again, or restore another backup",
        )


async def _doomed(site: Site, params: Params) -> list[str]:
    return backups.doomed(await backups.there(site.host, params.folder), days=params.days, keep=params.keep)
