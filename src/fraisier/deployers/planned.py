"""A class of deployers as the engine plans with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.deployers.base import BaseDeployer
from fraisier.deployers.call import CALL
from fraisier.model.plan import Observed
from fraisier.model.step import HEALTH, Position, Step


class Planned:
    """Makes one object of the class for each plan."""

    def __init__(self, cls: type[BaseDeployer]) -> None:
        self.cls = cls

    @property
    def releases(self) -> bool:
        return self.cls.releases

    def steps(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        deployer = self._ready(environment, observed)
        steps = placed(deployer, deployer.steps())
        judged = any(step.kind == HEALTH for step in steps)
        return steps if judged else (*steps, *deployer.judgement())

    def restored(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        deployer = self._ready(environment, observed)
        deployer.version = deployer.old_version
        return tuple(deployer.restored())

    def _ready(self, environment: Environment, observed: Observed) -> BaseDeployer:
        deployer = self.cls(environment)
        deployer.plan_for(observed)
        return deployer


def placed(deployer: BaseDeployer, listed: Sequence[Any]) -> tuple[Step, ...]:
    """The steps, plain methods made steps, and what stands after the switch placed there.

    Where nothing is the switch, the last method is.
    """
    steps = [one if isinstance(one, Step) else deployer.call(one) for one in listed]
    if not (switches := _at(steps, lambda step: step.position is Position.SWITCH)):
        switches = _at(steps, lambda step: step.kind == CALL)[-1:]
    return tuple(_moved(step, number, switches) for number, step in enumerate(steps))


def _at(steps: Sequence[Step], holds: Callable[[Step], bool]) -> list[int]:
    return [number for number, step in enumerate(steps) if holds(step)]


def _moved(step: Step, number: int, switches: list[int]) -> Step:
    if number in switches:
        return msgspec.structs.replace(step, position=Position.SWITCH)
    if switches and number > switches[0] and step.position is Position.BEFORE:
        return msgspec.structs.replace(step, position=Position.AFTER)
    return step
