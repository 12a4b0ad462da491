"""Step kind `run_in_release`: a command that changes more than the release: a backup, a migration, a hook."""

from __future__ import annotations

import msgspec

from fraisier.hosts import env_file, layout
from fraisier.hosts.as_user import as_user, walled
from fraisier.hosts.compose import release
from fraisier.hosts.compose.project import Project
from fraisier.hosts.effect import WALLED, WELL_KNOWN, effect
from fraisier.model.command import Command
from fraisier.model.host import Site
from fraisier.model.step import NotUndone, Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`what` names it for people ("backup", "migration"). It runs with the environment of the staged release.

    `undo_argv` takes it back. Without one, `stays` says what is left behind and `how` a person undoes that;
    an empty `stays` means that nothing has to be undone, as after a backup. `deadline` is in seconds.
    `env` is added to the release's own variables, of which the `public` ones hold no secret. `user` runs it, and with
    `sandbox` can write in the release only.
    `project` is what it means when it calls `docker compose`, where that runs the release.
    """

    app_path: str
    release: str
    what: str
    argv: tuple[str, ...]
    undo_argv: tuple[str, ...] | None = None
    stays: str = ""
    how: str = ""
    deadline: float = 1800.0
    env: dict[str, str] = msgspec.field(default_factory=dict)
    public: tuple[str, ...] = ()
    user: str | None = None
    sandbox: bool = False
    project: Project | None = None


@step_kind("run_in_release", params=Params, repeatable=False)
class RunInRelease:
    """Runs where the release is, with what the release will see."""

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.CANNOT_TELL

    async def apply(self, site: Site, params: Params) -> None:
        await _run(site, params, params.argv, f"The {params.what}")

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        if params.undo_argv:
            await _run(site, params, params.undo_argv, f"Undoing the {params.what}")
            return None
        return NotUndone(what=params.stays, how=params.how) if params.stays else None


async def _run(site: Site, params: Params, argv: tuple[str, ...], doing: str) -> None:
    folder = layout.release_path(params.app_path, params.release)
    env = await env_file.read(site.host, layout.env_path(params.app_path, params.release), params.public)
    if params.project is not None:
        env |= await release.meant(site.host, params.project, params.release)
    what = Command(argv=argv, env={**env, **params.env}, cwd=folder, deadline=params.deadline)
    await effect(
        site.host,
        _by_user(what, folder, params),
        f"{doing} ({what}) in {folder}",
        hint=f"Fix the {params.what} and deploy again.",
        known=WALLED | WELL_KNOWN | WALLED if params.sandbox else WELL_KNOWN,
    )


def _by_user(what: Command, folder: str, params: Params) -> Command:
    if params.sandbox and params.user is not None:
        return walled(what, params.user, (folder,))
    return as_user(what, params.user)
