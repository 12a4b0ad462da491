"""Watches one service while it is asked whether it is well."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from fraisier.config.health_check import HealthCheck
from fraisier.errors import HealthCheckError
from fraisier.health import containers, sight
from fraisier.health.check_type import Answer, check_type_of
from fraisier.health.params import Params
from fraisier.health.schedule import Tries
from fraisier.health.sight import Sight, fault, unknown
from fraisier.model.host import Site

ANSWERED: Final = frozenset({"http", "tcp"})
PAUSE: Final = 0.3  # seconds between looks at what starts


class Watch:
    """Remembers the main process it began with, so that a service which dies and is restarted does not pass."""

    def __init__(self, site: Site, judged: Params) -> None:
        self._site = site
        self._judged = judged
        self._began = time.monotonic()
        self._first: tuple[int, ...] = ()
        self._sight = Sight()

    @classmethod
    async def begin(cls, site: Site, judged: Params) -> Watch:
        """Take the first look."""
        watch = cls(site, await containers.addressed(site.host, judged))
        await watch._look(None)
        return watch

    @property
    def checks(self) -> tuple[HealthCheck, ...]:
        """What is asked, each with the whole address."""
        return self._judged.checks

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    async def until_good(self, check: HealthCheck) -> None:
        """Ask until the answer is good. Raises `HealthCheckError` when the last attempt was not."""
        await asyncio.sleep(check.initial_delay)
        tries = Tries()
        while not (answer := await self.attempt(check)).good:
            tries = tries.one_more(check, self._elapsed)
            if (pause := tries.pause(check)) is None:
                raise self._unwell(check, tries, answer)
            await asyncio.sleep(pause)
        if reason := self._unknown(check):
            self._site.say(f"identity: not verified ({reason})")

    def skip(self, check: HealthCheck) -> None:
        """Say that a check is not made; it has not passed."""
        self._site.say(f"health check {check_type_of(check).shown(check)}: skipped, it is disabled")

    async def attempt(self, check: HealthCheck) -> Answer:
        """Ask once, then look who it was. A good answer from somebody else is not a good answer."""
        kind = check_type_of(check)
        answer = await kind.ask(self._site, check, self._judged)
        await self._look(kind.port(check), forgiving=self._elapsed < check.start_period)
        standing = self.standing()
        if standing.good:
            return answer
        return Answer(good=False, said=standing.said if answer.good else f"{answer.said}; {standing.said}")

    async def started(self) -> None:
        """Wait as long as the target itself says that the service starts; Docker ends that when a container may no
        longer. Raises `HealthCheckError` when it takes longer than anybody would wait.
        """
        while self._sight.starting:
            if self._elapsed > self._judged.starts_within:
                raise HealthCheckError(
                    f"Still starting after {self._elapsed:.0f} s: {self.standing().said}.",
                    hint=self._read_its_output(),
                )
            await asyncio.sleep(PAUSE)
            await self._look(None, forgiving=True)

    async def stays_up(self, seconds: float) -> None:
        """No check is configured: the process must live. Raises `HealthCheckError`."""
        if self._sight.vouched and self.standing().good:
            self._site.say("well, says the health check of the image or the Compose file")
            return
        self._site.say(f"no health check is configured: the process must stay up for {seconds:g} s")
        if self.standing().good:
            await asyncio.sleep(seconds)
            await self._look(None)
        if not (standing := self.standing()).good:
            raise HealthCheckError(
                f"The service did not stay up: {standing.said}.", hint=self._read_its_output()
            )

    def standing(self) -> Answer:
        """What the last look says about the process."""
        if not self._judged.watched:
            return Answer(good=True, said="")
        wrong = fault(self._sight, first=self._first, release_path=self._judged.release_path)
        return Answer(good=wrong is None, said=wrong or "")

    async def _look(self, port: int | None, *, forgiving: bool = False) -> None:
        judged = self._judged
        if judged.project is not None:
            self._sight = await containers.look(self._site.host, judged, port)
        elif judged.service is not None:
            self._sight = await sight.look(self._site.host, judged.service, port=judged.service.port or port)
        if not self._first or forgiving:
            self._first = self._sight.mains

    def _unknown(self, check: HealthCheck) -> str | None:
        """Why nobody can say who answered. An answer that named the right version has said so itself."""
        if check.version is not None or self._known_by_its_process(check):
            return None
        return unknown(self._sight) if self._judged.watched else "it is not known which process serves"

    def _known_by_its_process(self, check: HealthCheck) -> bool:
        """Nobody was asked over the network: the process that lives, and works in its release, is all there is."""
        return self._sight.port is None and self._sight.release is not None and check.type not in ANSWERED

    def _unwell(self, check: HealthCheck, tries: Tries, last: Answer) -> HealthCheckError:
        kind = check_type_of(check)
        return HealthCheckError(
            f"{kind.shown(check)} is not well: {tries.made} attempt{'s' * (tries.made > 1)} in {self._elapsed:.1f} s, "
            f"the last one: {last.said}.",
            hint=f"Ask it yourself with `{kind.by_hand(check)}`. {self._read_its_output()}",
            attempts=tries.made,
            last=last.said,
        )

    def _read_its_output(self) -> str:
        return f"What the service printed: `{self._judged.logs_command}`."
