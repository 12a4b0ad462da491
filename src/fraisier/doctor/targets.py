"""What the environments of the file need: their repositories answer, their targets can take a release."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final, Protocol

from fraisier.config.environment import Environment
from fraisier.errors import FraiseQLError
from fraisier.git.address import public
from fraisier.git.mirror import mirror_path
from fraisier.git.remote import resolve
from fraisier.model.finding import Finding, ok, problem
from fraisier.model.host import Host
from fraisier.observer.grounds import Grounds
from fraisier.providers.bare_metal import examine as on_bare_metal
from fraisier.providers.docker_compose import examine as with_compose

PATIENCE: Final = 20.0  # seconds for one repository


class Examiner(Protocol):
    """What a provider that deploys to machines needs of them."""

    def machine(self, host: Host) -> AsyncIterator[Finding]: ...

    def lane(self, host: Host, environment: Environment, installation_id: str) -> AsyncIterator[Finding]: ...


EXAMINERS: Final[dict[str, Examiner]] = {"bare_metal": on_bare_metal, "docker_compose": with_compose}


async def targets(
    grounds: Grounds, environments: Iterable[Environment], installation_id: str
) -> list[Finding]:
    """What these environments need: the machine, their folders, disks and ports, and their repositories."""
    async with grounds.here() as host:
        return [
            *await _machine(host, environments, installation_id),
            *await repositories(grounds, host, environments),
        ]


async def provider(
    grounds: Grounds, kind: str, environments: Iterable[Environment], installation_id: str
) -> list[Finding]:
    """What this provider needs, and each of these environments of it."""
    async with grounds.here() as host:
        return [
            *[each async for each in EXAMINERS[kind].machine(host)],
            *await lanes(host, environments, installation_id),
        ]


async def _machine(host: Host, environments: Iterable[Environment], installation_id: str) -> list[Finding]:
    used = {each.provider for each in environments} & EXAMINERS.keys() or {"bare_metal"}
    found = [each for kind in sorted(used) async for each in EXAMINERS[kind].machine(host)]
    return [*dict.fromkeys(found), *await lanes(host, environments, installation_id)]


async def lanes(host: Host, environments: Iterable[Environment], installation_id: str) -> list[Finding]:
    """Folders, disks and ports of what runs on this machine, all at the same time."""

    async def of(environment: Environment) -> list[Finding]:
        examiner = EXAMINERS[environment.provider]
        return [found async for found in examiner.lane(host, environment, installation_id)]

    ours = [each for each in environments if each.provider in EXAMINERS and not each.hosts]
    return [found for lane in await asyncio.gather(*map(of, ours)) for found in lane]


async def repositories(grounds: Grounds, host: Host, environments: Iterable[Environment]) -> list[Finding]:
    """Each repository and branch once, all at the same time."""
    wanted = {(each.git_repo, each.branch) for each in environments if each.git_repo}
    return await asyncio.gather(*(_repository(grounds, host, *each) for each in sorted(wanted)))


async def _repository(grounds: Grounds, host: Host, git_repo: str, branch: str) -> Finding:
    shown = public(git_repo)
    try:
        async with asyncio.timeout(PATIENCE):
            commit = await resolve(
                host, grounds.resolve(git_repo), branch=branch, wanted=None, mirror=mirror_path(git_repo)
            )
    except TimeoutError:
        return problem(
            "repository", f"{shown} does not answer within {PATIENCE:g} s.", f"git ls-remote {shown}"
        )
    except FraiseQLError as error:
        return problem("repository", error.message, error.hint)
    return ok("repository", f"{shown} answers; {branch} is at {commit.shown}.")
