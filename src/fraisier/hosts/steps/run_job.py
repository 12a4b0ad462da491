"""Step kind `run_job`: a job of the user's runs to its end, in the folder of a release, with what that release sees."""

from __future__ import annotations

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import env_file, layout
from fraisier.hosts.as_user import as_user
from fraisier.hosts.compose import one_off
from fraisier.hosts.compose.one_off import Inside
from fraisier.hosts.effect import effect
from fraisier.model.command import Command
from fraisier.model.host import Site
from fraisier.model.step import NotUndone, Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`blocked` says why it may not run now; it is a failure like any other. `deadline` is in seconds.

    `env` is added to the release's own variables, of which the `public` ones hold no secret. `user` runs it.
    `undoing`: what its failure leaves is said, because a deployment goes back; else nothing needs to be undone.
    `inside` is the container in which it runs, if it does.
    """

    app_path: str
    release: str
    job: str
    argv: tuple[str, ...]
    blocked: str = ""
    env: dict[str, str] = msgspec.field(default_factory=dict)
    public: tuple[str, ...] = ()
    user: str | None = None
    deadline: float = 3600.0
    undoing: bool = False
    inside: Inside | None = None


@step_kind("run_job", params=Params, repeatable=False)
class RunJob:
    """What a job did, only its author can undo."""

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.CANNOT_TELL

    async def apply(self, site: Site, params: Params) -> None:
        if params.blocked:
            raise StepFailed(
                f"The job {params.job} was not run: {params.blocked}.",
                hint="Mend that first, or take the name out of depends_on.",
            )
        if params.inside is not None:
            what = Command(argv=params.argv, env=params.env, deadline=params.deadline)
            doing = f"The job {params.job}"
            await one_off.run(site.host, params.inside, params.release, what, doing, public=params.public)
            return
        folder = layout.release_path(params.app_path, params.release)
        env = await env_file.read(site.host, layout.env_path(params.app_path, params.release), params.public)
        what = Command(argv=params.argv, env={**env, **params.env}, cwd=folder, deadline=params.deadline)
        await effect(
            site.host,
            as_user(what, params.user),
            f"The job {params.job} ({what}) in {folder}",
            known={"Permission denied": "A script has to be executable: git update-index --chmod=+x FILE"},
        )

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        if params.inside is not None:
            await one_off.end(site.host, params.inside)
        if not params.undoing or params.blocked:
            return None
        return NotUndone(what=f"whatever the job {params.job} did", how="undo it by hand if it must not stay")
