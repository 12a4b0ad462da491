"""The two step kinds of the user's providers: the switch, and the judgement of what is live."""

from __future__ import annotations

from typing import Final

from fraisier.errors import HealthCheckError, StepFailed
from fraisier.health import check_health
from fraisier.health.check_health import CheckHealth
from fraisier.model.host import Site
from fraisier.model.identity import Identity
from fraisier.model.release import Release
from fraisier.model.result import HealthStatus
from fraisier.model.step import HEALTH, NotUndone, Seen, step_kind
from fraisier.providers.own import record
from fraisier.providers.own.params import Bring, Judge
from fraisier.providers.own.reach import reached

JUDGED_BY_PROVIDER: Final = 2  # the version of HEALTH that asks the provider instead of addresses and ports


@step_kind("provider_deploy", params=Bring, repeatable=True)
class ProviderDeploy:
    """The user's provider makes a version live. What it answered is recorded; what it was asked for, before it is."""

    async def check(self, site: Site, params: Bring) -> Seen:
        known = await record.read(site.host, params.about.folder)
        return Seen.DONE if known.live == params.release.name else Seen.CANNOT_TELL

    async def apply(self, site: Site, params: Bring) -> None:
        known = await record.read(site.host, params.about.folder)
        exact = known.begun == params.release.name or params.release.name != known.before_live
        await _bring(site, params, params.release, exact=exact or not params.back)
        now = (await record.read(site.host, params.about.folder)).arrived(params.release, params.keep)
        await record.write(site.host, params.about.folder, now)

    async def undo(self, site: Site, params: Bring) -> NotUndone | None:
        if params.previous is None:
            return await _nothing_live(site, params)
        known = await record.read(site.host, params.about.folder)
        finished = known.live == params.release.name and known.begun != params.previous.name
        await _bring(site, params, params.previous, exact=not finished or params.back)
        known = await record.read(site.host, params.about.folder)
        failed = "" if params.back else params.release.name
        await record.write(site.host, params.about.folder, known.left(failed, params.previous.name))
        return None


async def _bring(site: Site, params: Bring, release: Release, *, exact: bool) -> None:
    """Ask the provider for a release. `exact`: nobody knows what it takes for "the previous one", so name it."""
    known = await record.read(site.host, params.about.folder)
    await record.write(site.host, params.about.folder, known.beginning(release.name))
    was_live = release.name in {one.name for one in known.releases}
    async with reached(params.about, site.resolve) as driver:
        if was_live and (driver.returns_exactly or not exact):
            await driver.rollback(release.commit.sha)
        else:
            await driver.deploy(release.commit.sha)


async def _nothing_live(site: Site, params: Bring) -> NotUndone | None:
    """A first deployment goes back to nothing, if the provider can."""
    known = await record.read(site.host, params.about.folder)
    async with reached(params.about, site.resolve) as driver:
        can_stop = driver.has("stop")
        if can_stop:
            await driver.stop()
    await record.write(site.host, params.about.folder, known.left(params.release.name, None))
    if can_stop:
        return None
    return NotUndone(
        what=f"whatever the provider {params.about.provider} has begun for {params.about.fraise}",
        how="remove it where the provider runs it; a method stop() would do it next time",
    )


@step_kind(HEALTH, version=JUDGED_BY_PROVIDER, params=Judge, repeatable=True)
class ProviderHealth:
    """The user's provider says that what is live is well; health checks of fraises.yaml must pass, too."""

    async def check(self, site: Site, params: Judge) -> Seen:
        if params.checks and await CheckHealth().check(site, _configured(params)) is not Seen.DONE:
            return Seen.NOT_DONE
        return Seen.DONE if await _ask(site, params) else Seen.NOT_DONE

    async def apply(self, site: Site, params: Judge) -> None:
        """Raises `HealthCheckError` when the last attempt was not good."""
        import asyncio  # noqa: PLC0415 - planning does not need it

        if params.checks:
            await CheckHealth().apply(site, _configured(params))
        for _ in range(params.retries):
            if await _ask(site, params):
                return
            await asyncio.sleep(params.pause)
        last = await _ask(site, params)
        if not last:
            raise HealthCheckError(
                f"{params.about.fraise} is not well, says the provider {params.about.provider}: "
                f"{last.message or 'no reason given'} ({params.retries + 1} attempts).",
                hint="Look at the service where the provider runs it.",
            )

    async def undo(self, site: Site, params: Judge) -> None:
        """Looking changed nothing."""


async def _ask(site: Site, params: Judge) -> HealthStatus:
    """One attempt. A health check that raises is a bad answer."""
    try:
        async with reached(params.about, site.resolve) as driver:
            answer = await driver.health()
    except StepFailed as error:
        answer = HealthStatus(healthy=False, message=error.message)
    return answer


def _configured(params: Judge) -> check_health.Params:
    identity = Identity(params.about.fraise, params.about.environment)
    return check_health.Params(checks=params.checks, identity=identity)
