"""The effect of one step on its host: under the leash, within the step's deadline, and never an unknown failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fraisier.engine.hosts import Hosts
from fraisier.engine.site import EffectHost, Leash, StepSite
from fraisier.errors import FraiseQLError, StepFailed
from fraisier.model.plan import Plan
from fraisier.model.secret import Secret
from fraisier.model.step import NotUndone, Position, Seen, Skip, Step, params_of, registered

log = logging.getLogger(__name__)
T = TypeVar("T")


class Effects:
    """Those of one plan. `say` gets what a step tells while it runs.

    What a step cannot do is raised as `FraiseQLError`, bugs in its code and an overrun deadline as `StepFailed`.
    """

    def __init__(
        self,
        plan: Plan,
        hosts: Hosts[EffectHost],
        leash: Leash,
        resolve: Callable[[str], str | Secret],
        say: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._hosts = hosts
        self._leash = leash
        self._resolve = resolve
        self._say = say
        self._running: set[int] = set()

    def site(self, ordinal: int, step: Step, phase: str) -> StepSite:
        """Where the step works; `phase` tells its effects on one host apart. Raises `LeaseLost`."""
        self._leash.begin(step, beside=bool(self._running))
        self._leash.check()
        host = self._hosts.of(step.host).during(f"{ordinal:03d}-{phase}")
        return StepSite(host, self._hosts.here, self._leash, self._resolve, self._say)

    async def apply(self, ordinal: int, step: Step, site: StepSite) -> Skip | None:
        """Do it; of a switch, see that the target shows it."""
        return await self._within_deadline(ordinal, step, self._applied(step, site))

    async def undo(self, ordinal: int, step: Step, site: StepSite) -> NotUndone | None:
        """Take it back; what cannot be is returned."""
        return await self._within_deadline(ordinal, step, registered(step).kind.undo(site, params_of(step)))

    async def _applied(self, step: Step, site: StepSite) -> Skip | None:
        kind, params = registered(step).kind, params_of(step)
        skipped = await kind.apply(site, params)
        if step.position is Position.SWITCH and await kind.check(site, params) is not Seen.DONE:
            raise StepFailed(
                f"{step.title}: it was done, but the target does not show it.",
                hint="Something else changes this target at the same time, or the service went away at once.",
            )
        return skipped

    async def _within_deadline(self, ordinal: int, step: Step, effect: Awaitable[T]) -> T:
        self._running.add(ordinal)
        try:
            async with asyncio.timeout(step.deadline):
                return await effect
        except TimeoutError:
            raise StepFailed(
                f"{step.title}: not done within {step.deadline:g} s; it was stopped.",
                hint="If it needs longer, raise its timeout in fraises.yaml.",
            ) from None
        except FraiseQLError:
            raise
        except Exception as bug:  # a plugin's or our own: the deployment must end all the same
            log.exception("%s: step %s", self._plan.identity, step.kind)
            raise StepFailed(
                f"{step.title}: unexpected {type(bug).__name__}: {bug}",
                hint="A bug in the code of this step; the log has the traceback.",
            ) from bug
        finally:
            self._running.discard(ordinal)
