"""Looks before anything is planned: which commit is meant, and what the target runs now. Changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from fraisier.config.environment import BUILT, Environment
from fraisier.deployers.registry import deployer_of
from fraisier.engine.itself import is_itself
from fraisier.engine.planner import release_name
from fraisier.errors import ConfigurationError, DeploymentError, FraiseQLError, UnknownName
from fraisier.git.mirror import mirror_path
from fraisier.git.names import require_name
from fraisier.git.remote import resolve
from fraisier.health.check_type import prepare
from fraisier.model.commit import Commit, short
from fraisier.model.host import Site
from fraisier.model.identity import Identity
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.status import Kind, LaneHealth
from fraisier.providers.provider import TargetView, provider_of


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for. `version` is a tag, a full or an abbreviated hash; None means the branch's tip,
    or for a rollback the version before the current one. `force` deploys what is live already. `keep_schema` leaves
    the application's database as it is on a rollback; `rebuild` lets a production database be dropped. `adopt`
    deploys to a folder that holds something else. `only_failed` brings the live version to hosts that lack it.
    `restore` names the backup that a run of a job restores.
    """

    kind: Kind = Kind.DEPLOY
    version: str | None = None
    force: bool = False
    keep_schema: bool = False
    rebuild: bool = False
    restore: str | None = None
    adopt: bool = False
    only_failed: bool = False


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What the database remembers of a lane: its state, and its good deployments, newest first.

    `before` is the environment as it was configured at the last of them.
    """

    current: str | None = None
    health: str = LaneHealth.UNKNOWN
    successes: tuple[dict[str, Any], ...] = ()
    before: Environment | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Whose turn it is: the lane's token, the installation, how it is called again, and what keeps a job from running."""

    token: int
    installation_id: str
    again: tuple[str, ...] = ()
    blocked: str = ""


async def survey(
    sites: Mapping[str, Site],
    environment: Environment,
    wanted: Wanted,
    past: Past,
    turn: Turn,
) -> tuple[Observed, ...]:
    """Everything that planning needs to know, of each target by its name.

    Raises `Unreachable` when the repository or a target does not answer, `UnknownName` for a version that
    neither the history nor the repository knows, `ConfigurationError` for a health check that could never pass.
    """
    site = next(iter(sites.values()))
    prepare(site, environment.health_checks)
    looks = asyncio.gather(*(provider_of(environment).look(one.host, environment) for one in sites.values()))
    mirror = mirror_path(environment.git_repo)
    if wanted.kind is Kind.DEPLOY:
        version = past.current if wanted.only_failed and wanted.version is None else wanted.version
        views, commit = await asyncio.gather(looks, _from_git(site, environment, version, mirror))
    else:
        views = await looks
        commit = (
            _live(environment, views[0]).commit
            if wanted.kind is Kind.JOB
            else await _earlier(site, environment, wanted, past, views[0], mirror)
        )
    attempt = release_name(turn.token, commit)
    itself = is_itself(environment)

    def observed(name: str, view: TargetView) -> Observed:
        reuse = _there_already(environment, wanted, view, commit)
        return Observed(
            attempt=attempt,
            commit=commit,
            release_name=reuse.name if reuse else attempt,
            installation_id=turn.installation_id,
            mirror=mirror,
            live=view.live or _remembered(environment, past),
            reuse=reuse,
            releases=view.releases,
            service_manager=view.service_manager,
            host=name,
            migrated=view.migrated,
            keep_schema=wanted.keep_schema,
            rebuild=wanted.rebuild,
            home=view.home,
            itself=itself,
            blocked=turn.blocked,
            restore=wanted.restore,
            again=turn.again,
        )

    seen = tuple(map(observed, sites, views))
    return tuple(filter(_lacks_it, seen)) or seen[:1] if wanted.only_failed else seen


def _lacks_it(one: Observed) -> bool:
    return one.live is None or one.live.commit.sha != one.commit.sha


def refuse_without_chief(environment: Environment, dark: Mapping[str, FraiseQLError]) -> None:
    """Raises what is wrong with the host on which hooks and migrations run: nobody goes on without it."""
    for host in {environment.chief, *environment.hosts[:1]} & dark.keys():
        raise dark[host]


def up_to_date(seen: Sequence[Observed], wanted: Wanted, past: Past) -> bool:
    """Whether there is nothing to do: the commit is live everywhere, recorded, and not known to be down."""
    if wanted.force or wanted.kind is Kind.JOB or past.health == LaneHealth.DOWN:
        return False
    return all(one.live is not None and one.live.commit.sha == one.commit.sha == past.current for one in seen)


def previous_version(past: Past) -> str | None:
    """The version that was live before the current one first came: rolling back twice goes back twice.

    A current version that never was well, and stayed, goes back to the last one that was.
    """
    if past.current and past.successes and all(row["new_version"] != past.current for row in past.successes):
        return str(past.successes[0]["new_version"])
    for row in past.successes:
        came = row["kind"] == Kind.DEPLOY and row["new_version"] == past.current
        if came and row["old_version"] not in (None, past.current):
            return str(row["old_version"])
    return None


def require_previous(identity: Identity, past: Past) -> str:
    """The version to which a rollback returns. Raises `UnknownName` when there is none."""
    version = previous_version(past)
    if version is None:
        raise UnknownName(
            f"There is no earlier version of {identity} to return to.",
            hint=f"fraisier history {identity.fraise} {identity.environment} shows what was deployed; "
            "name a version with --to.",
        )
    return version


async def _from_git(site: Site, environment: Environment, version: str | None, mirror: str) -> Commit:
    if not environment.git_repo:
        return _taken_as_it_is(environment, version)
    repository = site.resolve(environment.git_repo)
    return await resolve(
        site.here("resolve"), repository, branch=environment.branch, wanted=version, mirror=mirror
    )


def _remembered(environment: Environment, past: Past) -> Release | None:
    """What is live where the target has nothing to show for it."""
    if past.current is None or deployer_of(environment).releases:
        return None
    return Release(name=short(past.current), commit=Commit(sha=past.current))


def _taken_as_it_is(environment: Environment, version: str | None) -> Commit:
    """Only the target knows its versions: whatever is asked for is passed on."""
    if version is None or environment.provider in BUILT:
        raise ConfigurationError(
            f"{environment.identity} has no git_repo: nobody knows its newest version.",
            hint="Add git_repo to it in fraises.yaml"
            + ("." if environment.provider in BUILT else ", or name a version: --commit VERSION."),
        )
    return Commit(sha=require_name(version, "version"), tag=version)


async def _earlier(
    site: Site, environment: Environment, wanted: Wanted, past: Past, view: TargetView, mirror: str
) -> Commit:
    version = wanted.version or require_previous(environment.identity, past)
    known = _known(version, past, view)
    return known or await _from_git(site, environment, version, mirror)


def _known(version: str, past: Past, view: TargetView) -> Commit | None:
    """The commit that a version names among what this lane has run; needs no repository."""
    commits = {release.commit.sha: release.commit for release in view.releases}
    for row in past.successes:
        commits.setdefault(row["new_version"], Commit(sha=row["new_version"], branch=row["git_branch"]))
    found = [commit for sha, commit in commits.items() if version == commit.tag or _abbreviates(version, sha)]
    if len(found) > 1:
        raise UnknownName(
            f"{version!r} names more than one version.",
            hint="Write more of the hash: " + ", ".join(short(commit.sha) for commit in found),
        )
    return found[0] if found else None


def _abbreviates(version: str, sha: str) -> bool:
    return len(version) >= 4 and sha.startswith(version.lower())  # noqa: PLR2004 - Git's own minimum


def _live(environment: Environment, view: TargetView) -> Release:
    """What a job runs in. Raises `DeploymentError` when nothing is deployed."""
    if view.live is None:
        raise DeploymentError(
            f"Nothing is deployed to {environment.identity}, so there is no job to run.",
            hint=f"fraisier deploy {environment.fraise} {environment.environment}",
        )
    return view.live


def _there_already(
    environment: Environment, wanted: Wanted, view: TargetView, commit: Commit
) -> Release | None:
    """The finished release that is used as it lies there."""
    if wanted.kind is Kind.JOB:
        return _live(environment, view)
    return _lying_there(view, commit) if wanted.kind is Kind.ROLLBACK else None


def _lying_there(view: TargetView, commit: Commit) -> Release | None:
    return next((one for one in reversed(view.releases) if one.commit.sha == commit.sha), None)
