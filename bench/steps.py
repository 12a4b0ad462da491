"""A plan of steps that do next to nothing: what is left is the engine."""

from __future__ import annotations

from typing import Any

import msgspec

from fraisier.model.command import Command
from fraisier.model.commit import Commit
from fraisier.model.host import Site
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.status import Kind
from fraisier.model.step import HEALTH, Seen, Step, step_kind

LANE = Identity("bench", "production")


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """No parameters."""


class _Quiet:
    async def check(self, site: Site, params: Any) -> Seen:  # noqa: ARG002 - the contract of a kind
        return Seen.DONE

    async def apply(self, site: Site, params: Any) -> None:
        """Does nothing."""

    async def undo(self, site: Site, params: Any) -> None:
        """Nothing was done."""


@step_kind("bench_nothing", params=Nothing, repeatable=True)
class Idle(_Quiet):
    """Two journal writes and nothing else."""


@step_kind(HEALTH, params=Nothing, version=0, repeatable=True)
class Passed(_Quiet):
    """As a passed health check: two journal writes and an event."""


@step_kind("bench_effect", params=Nothing, repeatable=True)
class Effect(_Quiet):
    """One command behind the fence; the cheapest there is."""

    async def apply(self, site: Site, params: Any) -> None:  # noqa: ARG002 - as above
        await site.host.run(Command(argv=("true",)))


def plan(step: Step, count: int) -> Plan:
    """`count` times this step."""
    return Plan(
        identity=LANE,
        kind=Kind.DEPLOY,
        commit=Commit(sha="b" * 40),
        release_name="bench",
        old=None,
        provider="bare_metal",
        target="bench",
        steps=(step,) * count,
    )


KINDS = {
    "journal": Step(kind="bench_nothing", title="Nothing"),
    "journal, event": Step(kind=HEALTH, version=0, title="Passed"),
    "journal, fence": Step(kind="bench_effect", title="Effect"),
}
