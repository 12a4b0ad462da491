"""Where people's requests come in: what they ask for, what they may look at."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, Protocol

import msgspec

from fraisier.config.environment import Environment, Fraise
from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.engine.planner import plan as make_plan
from fraisier.engine.survey import Turn, Wanted, require_previous, survey, up_to_date
from fraisier.errors import DatabaseError, DeploymentError, FraiseQLError, NoObserver
from fraisier.hosts.backups import Backup, there
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, Report
from fraisier.model.status import DeploymentStatus, Kind
from fraisier.observer.asking import Asking
from fraisier.observer.grounds import Grounds
from fraisier.observer.machine import machine_id
from fraisier.observer.order import by_needs
from fraisier.observer.record import kind_of, refused
from fraisier.observer.sight import observe
from fraisier.observer.signals import Signals, Source
from fraisier.observer.turn import refuse_beside_jobs, refuse_if_locked, see_through
from fraisier.providers.provider import provider_of

DEPLOY: Final = Wanted(kind=Kind.DEPLOY)


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment would do now. `current` is the recorded version; `differences` is text for people."""

    plan: Plan
    current: str | None
    target: Commit
    up_to_date: bool
    differences: str


class Configured(Protocol):
    """Where environments are found by their names: `FraisierConfig`. `path` is the file behind it."""

    @property
    def path(self) -> str | None: ...

    def get_fraise_environment(self, fraise: str, environment: str) -> Environment: ...


class Desk:
    """Takes what one person or program asks for, with the configuration and the database of one installation."""

    def __init__(self, config: Configured, database: Database) -> None:
        self._config = config
        self._grounds = Grounds(database, config.path)

    async def deploy(
        self,
        identity: Identity,
        *,
        wanted: Wanted = DEPLOY,
        asking: Asking,
        progress: Progress,
    ) -> Report:
        """Deploy the tip of the environment's branch, or the wanted version, and return how it ended.

        Raises `LockError` when the lane stays busy, `NoObserver` when nobody would run what need not be waited for,
        and whatever kept the deployment from starting.
        """
        return await self._ask(identity, wanted, {}, asking, progress)

    async def deploy_all(
        self,
        identities: Sequence[Identity],
        *,
        wanted: Wanted,
        asking: Asking,
        watch: Callable[[Identity], Progress],
    ) -> list[Report]:
        """Deploy all of them at the same time, each in its own lane; how each ended, in their order.

        One that could not begin is reported as failed, without a deployment. A signal sends all of them back.
        """
        with Source() as source:
            ways = [self._ask(one, wanted, {}, asking, watch(one), source) for one in identities]
            return list(await asyncio.gather(*map(_reported, identities, ways)))

    async def deploy_group(
        self,
        fraise: Fraise,
        environments: Sequence[str],
        *,
        force: bool = False,
        asking: Asking,
        watch: Callable[[Identity], Progress],
    ) -> list[Report]:
        """Deploy the members of a service group one after the other; all of them arrive or all go back.

        Several environments are deployed at the same time, each with its own members. Raises `NoObserver` for a
        group that nobody waits for, `UnknownName` for a member that is not in an environment.
        """
        named = [self._ordered(fraise, at) for at in environments]
        wanted = Wanted(force=force)
        with Source() as source:
            ways = [
                self._members(members, wanted, {"group": fraise.name}, asking, watch, source)
                for members in named
            ]
            return [report for reports in await asyncio.gather(*ways) for report in reports]

    async def rollback_group(
        self,
        fraise: Fraise,
        environment: str,
        *,
        hold: bool = True,
        keep_schema: bool = False,
        asking: Asking,
        watch: Callable[[Identity], Progress],
    ) -> list[Report]:
        """Return each member of a service group to its version before, the last one first; all of them or none.

        Raises what `deploy_group` raises, and `UnknownName` before anything is touched when one has no version before.
        """
        members = list(reversed(self._ordered(fraise, environment)))
        for one in members:
            require_previous(one.identity, await self._grounds.past(one.identity))
        wanted = Wanted(kind=Kind.ROLLBACK, keep_schema=keep_schema)
        options = {"group": fraise.name, **({} if hold else {"hold": False})}
        with Source() as source:
            return await self._members(members, wanted, options, asking, watch, source)

    def _ordered(self, group: Fraise, environment: str) -> list[Environment]:
        """The members, each after those that it depends on."""
        return by_needs([self._config.get_fraise_environment(one, environment) for one in group.services])

    async def _members(
        self,
        members: Sequence[Environment],
        wanted: Wanted,
        options: dict[str, Any],
        asking: Asking,
        watch: Callable[[Identity], Progress],
        source: Source,
    ) -> list[Report]:
        if not asking.wait:
            raise NoObserver(
                "A service group is deployed by the command that waits.", hint="Leave --no-wait out."
            )
        options = {**_asked(wanted), **options}
        from fraisier.observer.group import Group  # noqa: PLC0415 - one fraise needs none of it
        from fraisier.observer.lanes import claim_all, free  # noqa: PLC0415

        def release(cause: DeploymentError) -> None:
            free(self._grounds, members, cause)

        with Signals(source) as signals:
            try:
                claimed = await claim_all(self._grounds, members, wanted.kind, options, asking, signals)
            except asyncio.CancelledError:
                if signals.cause is None:
                    raise
                await in_thread(release, signals.cause)
                return [
                    refused(one.identity, signals.cause, DeploymentStatus.CANCELLED, wanted.kind)
                    for one in members
                ]
            except FraiseQLError as error:
                return [refused(one.identity, error, kind=wanted.kind) for one in members]
            group = Group(self._grounds, members, claimed, watch)
            signals.owns(group)
            return await group.run(release)

    async def rollback(
        self,
        identity: Identity,
        *,
        to: str | None = None,
        hold: bool = True,
        keep_schema: bool = False,
        asking: Asking,
        progress: Progress,
    ) -> Report:
        """Return to the version before the current one, or to `to`. Raises what `deploy` raises.

        A success holds the lane, so that the next push does not undo it, unless `hold` is False.
        """
        wanted = Wanted(kind=Kind.ROLLBACK, version=to, keep_schema=keep_schema)
        return await self._ask(identity, wanted, {} if hold else {"hold": False}, asking, progress)

    async def run_job(
        self, identity: Identity, *, restore: str | None = None, asking: Asking, progress: Progress
    ) -> Report:
        """Run the job that `identity` names in the version that is live, or `restore` one of its backups.

        Raises what `deploy` raises.
        """
        return await self._ask(identity, Wanted(kind=Kind.JOB, restore=restore), {}, asking, progress)

    async def backups(self, environment: Environment, folder: str) -> list[Backup]:
        """What lies in a folder of backups, newest first. Raises `Unreachable`, `StepFailed`."""
        async with self._grounds.readers(self._grounds.places(environment.of_jobs)) as hosts:
            return await there(next(iter(hosts.targets.values())), folder)

    async def preview(self, identity: Identity, wanted: Wanted) -> Preview:
        """The plan that a deployment would run now, with what it would change. Changes nothing anywhere."""
        from fraisier.git.differences import differences  # noqa: PLC0415 - a deployment does not look

        grounds = self._grounds
        environment = msgspec.structs.replace(self._environment(identity), adopt=wanted.adopt)
        past = await grounds.past(identity)
        token = time.time_ns() // 1_000_000
        async with grounds.readers(grounds.places(environment)) as hosts:
            seen = await survey(
                grounds.viewpoints(hosts),
                environment,
                wanted,
                past,
                Turn(token=token, installation_id=grounds.installation_id, again=grounds.again),
            )
            observed = seen[0]
            old = observed.live.commit.sha if observed.live else None
            repository = grounds.resolve(environment.git_repo)
            new = observed.commit.sha
            text = await differences(hosts.here, repository, observed.mirror, old=old, new=new)
        return Preview(
            plan=make_plan(environment, seen, wanted.kind, past.before),
            current=past.current,
            target=observed.commit,
            up_to_date=up_to_date(seen, wanted, past),
            differences=text,
        )

    async def status(self, identity: Identity) -> dict[str, Any]:
        """What the target itself shows within 2 s: `{reachable, running, version, release}`."""
        return await observe(self._grounds, self._environment(identity))

    async def logs(self, identity: Identity, lines: int) -> str:
        """The last lines that the service of an environment wrote; of several hosts, those of each with its name."""
        environment, grounds = self._environment(identity), self._grounds
        provider = provider_of(environment)
        async with grounds.readers(grounds.places(environment)) as hosts:
            asked = (
                provider.logs(host, environment, grounds.installation_id, lines)
                for host in hosts.targets.values()
            )
            found = await asyncio.gather(*asked)
        last = ["".join(text.splitlines(keepends=True)[-lines:]) for text in found]
        return last[0] if len(last) == 1 else _named(hosts.targets, last)

    def _environment(self, identity: Identity) -> Environment:
        return self._config.get_fraise_environment(identity.fraise, identity.environment)

    async def _ask(
        self,
        identity: Identity,
        wanted: Wanted,
        options: dict[str, Any],
        asking: Asking,
        progress: Progress,
        source: Source | None = None,
    ) -> Report:
        environment, grounds = self._environment(identity), self._grounds
        if not asking.wait:
            await in_thread(require_observer, grounds)
        if asking.skip_if_locked:
            await refuse_if_locked(grounds, identity)
        if environment.on_running_job == "fail" and not identity.job:
            await in_thread(refuse_beside_jobs, grounds, identity)
        request = await in_thread(self._store, environment, identity.job, wanted, options, asking)
        if not asking.wait:
            return _queued(request)
        patience = grounds.timing.wait if asking.wait_lock is None else asking.wait_lock
        patience = 0 if asking.skip_if_locked else patience
        return await see_through(grounds, environment, request, progress, patience, source)

    def _store(
        self, environment: Environment, job: str, wanted: Wanted, options: dict[str, Any], asking: Asking
    ) -> dict[str, Any]:
        identity = environment.identity
        if environment.deployer and ":" in environment.deployer:
            options = {
                **options,
                "deployer": environment.deployer,
            }  # whoever runs it reads another fraises.yaml
        request = self._grounds.database.call(
            "fn_request_deployment",
            fraise=identity.fraise,
            environment=identity.environment,
            job=job,
            kind=Kind.DEPLOY if job else wanted.kind,
            trigger_type=asking.trigger,
            requested_by=asking.by,
            requested_from=asking.where,
            git_branch=environment.branch,
            options=json.dumps({**_asked(wanted), "on_running_job": environment.on_running_job, **options}),
            target_provider=environment.provider,
            runs_on=machine_id(),
        )
        if request is None:
            raise DatabaseError(
                "The request was not stored.", hint="The database was changed by hand; restore it."
            )
        return request


def require_observer(grounds: Grounds) -> None:
    """Raises `NoObserver` when nobody on this machine takes requests from the queue."""
    if not grounds.database.rows("observers", seconds=grounds.timing.lease, machine=machine_id()):
        raise NoObserver(
            "No observer runs here: nobody would run the request.",
            hint="Start `fraisier serve` or `fraisier observe`, or leave --no-wait out.",
        )


def _asked(wanted: Wanted) -> dict[str, Any]:
    said = {
        "keep_schema": wanted.keep_schema,
        "rebuild": wanted.rebuild,
        "adopt": wanted.adopt,
        "restore": wanted.restore,
        "only_failed": wanted.only_failed,
    }
    return {
        "version": wanted.version,
        "force": wanted.force,
        **{name: so for name, so in said.items() if so},
    }


async def _reported(identity: Identity, way: Awaitable[Report]) -> Report:
    """How it ended; what kept it from beginning is an end, too."""
    try:
        return await way
    except FraiseQLError as error:
        return refused(identity, error)


def _named(hosts: Iterable[str], logs: Sequence[str]) -> str:
    """Every line with the name of its host."""
    return "".join(
        f"[{host}] {line}\n" for host, text in zip(hosts, logs, strict=True) for line in text.splitlines()
    )


def _queued(request: dict[str, Any]) -> Report:
    return Report(
        request_id=request["identifier"],
        deployment_id=None,
        kind=kind_of(request),
        fraise=request["fraise"],
        environment=request["environment"],
        status=DeploymentStatus.PENDING,
    )
