"""A service group: its members are deployed one after the other, and all of them arrive or all go back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.journal import in_thread
from fraisier.errors import DeploymentError, FraiseQLError, LeaseLost, LockError
from fraisier.model.identity import Identity
from fraisier.model.report import Progress, Report
from fraisier.model.status import DeploymentStatus, Kind
from fraisier.observer.attempt import Attempt, claim_of
from fraisier.observer.ending import End, complete_all
from fraisier.observer.grounds import Grounds
from fraisier.observer.lease import Lease, cancellation
from fraisier.observer.record import refused

ARRIVED = {DeploymentStatus.SUCCESS, "up_to_date"}
Watch = Callable[[Identity], Progress]


class Member:
    """One fraise of a group, from its claimed lane to its end."""

    def __init__(
        self, group: Group, grounds: Grounds, environment: Environment, request: dict[str, Any], watch: Watch
    ) -> None:
        self.identity = environment.identity
        self._group = group
        self._grounds = grounds
        self._claim = claim_of(request)
        self._request = request["identifier"]
        self._kind = Kind(request["kind"])
        self._here = asyncio.Event()
        self.ending: End | None = None
        self._gate: asyncio.Future[DeploymentError | None] = asyncio.get_running_loop().create_future()
        self._way: asyncio.Task[Report] | None = None
        self._waiting = ExitStack()
        self._waiting.enter_context(Lease(grounds.database, self._claim, grounds.timing))
        self.attempt = Attempt(grounds, environment, request, watch(self.identity), self)

    @property
    def begun(self) -> bool:
        return self._way is not None

    def stop(self, cause: DeploymentError) -> None:
        """Somebody wants this one to end: all of them go back."""
        self._group.stop(cause)

    async def meet(self, end: End) -> DeploymentError | None:
        """Wait here, with the new version live, for the others."""
        self.ending = end
        self._here.set()
        return await self._gate

    async def come(self) -> None:
        """Deploy, until the new version is live and well, or everything has ended. Raises what speaks against it."""
        self.wait_no_more()
        timing = self._grounds.timing
        row = await in_thread(
            self._grounds.database.call,
            "fn_renew_lease",
            lane=self._claim.lane,
            token=self._claim.token,
            lease_seconds=timing.lease,
        )
        if row is None:
            raise LeaseLost(f"The lane of {self.identity} was taken by somebody else.")
        if cause := cancellation(row):
            raise cause
        if self._group.goes_back:
            return
        self._way = asyncio.create_task(self.attempt.run())
        here = asyncio.create_task(self._here.wait())
        await asyncio.wait({self._way, here}, return_when=asyncio.FIRST_COMPLETED)
        here.cancel()

    def wait_no_more(self) -> None:
        """Stop renewing the lease of a lane in which nothing has begun."""
        self._waiting.close()

    def failure(self) -> DeploymentError | None:
        """Why the others cannot arrive without this one; None as long as it is well."""
        if self._way is None or not self._way.done():
            return None
        error = self._way.exception()
        if error is not None and not isinstance(error, FraiseQLError):
            raise error
        message = error.message if isinstance(error, FraiseQLError) else _why(self._way.result())
        return _because(self.identity, message) if message else None

    def open(self, cause: DeploymentError | None) -> None:
        """Let it end: as a success, which is written down by then, or on its way back."""
        if not self._gate.done():
            self._gate.set_result(cause)

    async def end(self, cause: DeploymentError | None) -> Report:
        """How it ended; what never began says so."""
        if self._way is None:
            error = cause or DeploymentError("It was not begun.")
            report = refused(self.identity, error, DeploymentStatus.CANCELLED, self._kind)
        else:
            try:
                report = await self._way
            except FraiseQLError as error:
                report = refused(self.identity, error, kind=self._kind)
        return msgspec.structs.replace(report, request_id=self._request)


class Group:
    """Deploys members whose lanes are all claimed. A signal or a failure of one sends back those that have switched."""

    def __init__(
        self,
        grounds: Grounds,
        environments: Sequence[Environment],
        requests: Sequence[dict[str, Any]],
        watch: Watch,
    ) -> None:
        pairs = zip(environments, requests, strict=True)
        self._members = [Member(self, grounds, environment, row, watch) for environment, row in pairs]
        self._at: Member | None = None
        self._cause: DeploymentError | None = None
        self._arriving = False
        self._database = grounds.database

    @property
    def goes_back(self) -> bool:
        return self._cause is not None

    def stop(self, cause: DeploymentError) -> None:
        """Send all of them back; does nothing once they go back or have all arrived."""
        if self._cause is None and not self._arriving:
            self._cause = cause
            if self._at is not None:
                self._at.attempt.stop(cause)

    def drop(self) -> None:
        """Let go at once: whoever looks at the lanes next takes the deployments over."""
        for member in self._members:
            member.attempt.drop()

    async def run(self, release: Callable[[DeploymentError], None]) -> list[Report]:
        """How each ended, in their order. `release` frees the lanes in which nothing was begun."""
        for member in self._members:
            if self._cause is None:
                self._at = member
                await self._come(member)
        if self._cause is None:
            await self._arrive()
        if self._cause is None:
            for member in self._members:
                member.open(None)
        else:
            await self._return(self._cause, release)
        return [await member.end(self._cause) for member in self._members]

    async def _come(self, member: Member) -> None:
        try:
            await member.come()
        except FraiseQLError as error:
            self._cause = self._cause or _because(member.identity, error.message)
        failed = (one.failure() for one in self._members)
        self._cause = self._cause or next(filter(None, failed), None)

    async def _arrive(self) -> None:
        """All at once: whoever is killed here leaves all of them arrived, or all of them for somebody to take back."""
        self._arriving = True
        ends = [member.ending for member in self._members if member.ending is not None]
        try:
            await complete_all(self._database, ends)
        except LockError as error:
            self._cause = DeploymentError(f"The group did not arrive: {error.message}", hint=error.hint)

    async def _return(self, cause: DeploymentError, release: Callable[[DeploymentError], None]) -> None:
        """Last come, first gone back."""
        for member in reversed(self._members):
            member.wait_no_more()
            member.open(cause)
            if member.begun:
                await member.end(cause)
        await in_thread(release, cause)


def _because(identity: Identity, message: str) -> DeploymentError:
    lane = f"{identity.fraise} {identity.environment}"
    return DeploymentError(
        f"Its group goes back because of {identity}: {message}", hint=f"fraisier status {lane}"
    )


def _why(report: Report) -> str | None:
    if report.status in ARRIVED:
        return None
    return str((report.error or {}).get("message") or report.status)
