"""What the environments of the file need: their repositories answer, their targets can take a release."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from fraisier.config.environment import Environment
from fraisier.errors import FraiseQLError
from fraisier.git.address import public
from fraisier.git.mirror import mirror_path
from fraisier.git.remote import resolve
from fraisier.model.finding import Finding, ok, problem
from fraisier.model.host import Host
from fraisier.model.place import Place
from fraisier.observer.grounds import Grounds
from fraisier.providers.examiners import EXAMINERS
from fraisier.providers.places import way

PATIENCE: Final = 20.0  # seconds for one repository


async def targets(
    grounds: Grounds, environments: Iterable[Environment], installation_id: str
) -> list[Finding]:
    """What these environments need: their machines, folders, disks and ports, and their repositories."""
    ours = [each for each in environments if each.provider in EXAMINERS]
    kinds = sorted({each.driver for each in ours}) or ["bare_metal"]
    async with grounds.here() as host:
        return [
            *await machines(grounds, kinds, ours, installation_id),
            *await repositories(grounds, host, environments),
        ]


async def machines(
    grounds: Grounds, kinds: Sequence[str], environments: Sequence[Environment], installation_id: str
) -> list[Finding]:
    """What these providers need on each machine of these environments, and each environment of it.

    All machines at the same time; without any environment it is this one.
    """
    wanted: dict[Place, list[Environment]] = {} if environments else {Place(): []}
    for each in environments:
        for place in machines_of(each):
            wanted.setdefault(place, []).append(each)
    asked = (_machine(grounds, place, kinds, those, installation_id) for place, those in wanted.items())
    return list(dict.fromkeys(found for machine in await asyncio.gather(*asked) for found in machine))


def machines_of(environment: Environment) -> list[Place]:
    """The machines of an environment, however many others have the same."""
    hosts = [Place(name=host, ssh=way(environment, host)) for host in environment.hosts]
    return hosts or [Place()]


async def _machine(
    grounds: Grounds, place: Place, kinds: Sequence[str], lanes: Sequence[Environment], installation_id: str
) -> list[Finding]:
    try:
        async with grounds.readers([place]) as hosts:
            found = await _on(hosts.of(place.name), kinds, lanes, installation_id)
    except FraiseQLError as error:
        return [problem(place.name or "this machine", error.message, error.hint)]
    if place.ssh is None:
        return found
    answers = ok("ssh", f"{place.name} lets us in and has Python.")
    return [msgspec.structs.replace(one, check=f"{place.name}: {one.check}") for one in (answers, *found)]


async def _on(
    host: Host, kinds: Sequence[str], lanes: Sequence[Environment], installation_id: str
) -> list[Finding]:
    async def of(environment: Environment) -> list[Finding]:
        examiner = EXAMINERS[environment.driver]
        return [found async for found in examiner.lane(host, environment, installation_id)]

    needed = [kind for kind in kinds if not lanes or kind in {each.driver for each in lanes}]
    found = [one for kind in needed async for one in EXAMINERS[kind].machine(host)]
    placed = await asyncio.gather(*(of(each) for each in lanes if each.app_path))
    return [*dict.fromkeys(found), *(one for lane in placed for one in lane)]


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
