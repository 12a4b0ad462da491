"""A class of deployers as the engine plans with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.deployers.base import BaseDeployer
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
    """The steps with every plain method made one, before or after the switch as it stands in the list.

    Where nothing else is the switch, the last method is.
    """
    steps = [one if isinstance(one, Step) else deployer.call(one) for one in listed]
    plain = [number for number, one in enumerate(listed) if not isinstance(one, Step)]
    switches = [number for number, one in enumerate(steps) if one.position is Position.SWITCH] or plain[-1:]
    for number in plain:
        steps[number] = msgspec.structs.replace(steps[number], position=_position(number, switches))
    return tuple(steps)


def _position(number: int, switches: list[int]) -> Position:
    if number in switches:
        return Position.SWITCH
    return Position.BEFORE if number < switches[0] else Position.AFTER
