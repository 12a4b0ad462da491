"""Several hosts: which of them change at the same time, and what happens once for all of them. Pure.

Everything up to the switch is made on all hosts at once, so that a version which cannot be built changes none. Then
they change places: all together, or (rolling) one host ahead of the others and the rest in batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from fraisier.config.environment import Environment
from fraisier.model.place import HERE
from fraisier.model.step import HEALTH, OnFailure, Position, Step
from fraisier.strategies import pause

ROLLING: Final = "rolling"
Each = Mapping[str, Sequence[Step]]


class Parts(msgspec.Struct, frozen=True):
    """The steps of one host: before its switch, from the switch to the last health check, after it."""

    before: tuple[Step, ...]
    change: tuple[Step, ...]
    after: tuple[Step, ...]


def spread(each: Each, environment: Environment) -> tuple[Step, ...]:
    """The steps of every host by its name, in the order of hosts, as one plan.

    What happens once is left out where its host is not among them: it has happened. Where jobs run, that host stands
    for the others, and is never left behind. What is for Fraisier's own machine comes when all have changed.
    """
    parts = {host: divided(steps) for host, steps in each.items()}
    groups = batches(tuple(each), environment)
    chief, any_of_them = environment.chief, next(iter(parts.values()))
    first = parts.get(chief, Parts((), (), ()))
    alone = {chief} if environment.jobs or any(step.once for step in first.before) else set()
    if environment.strategy == ROLLING:
        alone.add(groups[0][0])

    def of(host: str, steps: Iterable[Step], together: int) -> list[Step]:
        goes_on = environment.on_host_failure == "keep_going" and host not in alone
        return [_on(host, step, together, goes_on=goes_on) for step in steps]

    def everywhere(select: Callable[[Parts], Iterable[Step]], together: int) -> list[Step]:
        return [step for host, one in parts.items() for step in of(host, select(one), together)]

    changed: list[Step] = []
    for number, group in enumerate(groups):
        if number and environment.batch_pause:
            changed.append(pause.step(environment.batch_pause))
        changes = {host: [step for step in parts[host].change if step.host != HERE] for host in group}
        changed += [step for host in group for step in of(host, changes[host], 2 + number)]
    return (
        *(step for step in any_of_them.before if step.host == HERE),
        *everywhere(lambda one: (step for step in one.before if not (step.once or step.host)), 1),
        *of(chief, (step for step in first.before if step.once), 0),
        *changed,
        *(step for step in any_of_them.change if step.host == HERE),
        *of(chief, (step for step in first.after if step.once), 0),
        *everywhere(lambda one: (step for step in one.after if not step.once), 2 + len(groups)),
    )


def divided(steps: Sequence[Step]) -> Parts:
    """A deployment without a switch changes nothing at its end, and all of it comes before."""
    switches = [number for number, step in enumerate(steps) if step.position is Position.SWITCH]
    if not switches:
        return Parts(tuple(steps), (), ())
    judged = [number for number, step in enumerate(steps) if step.kind == HEALTH]
    last = max([switches[-1], *judged]) + 1
    return Parts(tuple(steps[: switches[0]]), tuple(steps[switches[0] : last]), tuple(steps[last:]))


def batches(hosts: tuple[str, ...], environment: Environment) -> list[tuple[str, ...]]:
    """Who changes together: rolling, the first host alone and then so many at a time; else all of them."""
    if environment.strategy != ROLLING:
        return [hosts]
    size = batch_size(environment.max_parallel_deployments, len(hosts))
    rest = hosts[1:]
    return [hosts[:1], *(rest[at : at + size] for at in range(0, len(rest), size))]


def batch_size(limit: str, hosts: int) -> int:
    """A number, or a percentage of all hosts, rounded down; never less than one."""
    if limit.endswith("%"):
        return max(1, hosts * int(limit[:-1]) // 100)
    return int(limit)


def _on(host: str, step: Step, together: int, *, goes_on: bool) -> Step:
    back = OnFailure.HOST if goes_on and step.on_failure is OnFailure.BACK else step.on_failure
    return msgspec.structs.replace(
        step,
        host=host,
        together=together,
        on_failure=back,
        title=f"{host}: {step.title}",
        doing=f"{host}: {step.doing}" if step.doing else "",
    )
