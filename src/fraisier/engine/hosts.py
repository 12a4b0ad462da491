"""The machines of one deployment, by the names that steps use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from fraisier.model.host import Host
from fraisier.model.place import HERE

H_co = TypeVar("H_co", bound=Host, covariant=True)


class Hosts(Generic[H_co]):
    """The first of them is the target of steps that name none, and what is not said to be here is there, too."""

    def __init__(self, machines: Mapping[str, H_co]) -> None:
        self._machines = dict(machines)
        self._first = next(iter(self._machines.values()))

    def of(self, name: str) -> H_co:
        """The machine of that name; empty: the target."""
        return self._machines[name] if name else self._first

    @property
    def here(self) -> H_co:
        """The machine that Fraisier runs on."""
        return self._machines.get(HERE, self._first)

    @property
    def all(self) -> Mapping[str, H_co]:
        """Every machine by its name."""
        return self._machines

    @property
    def targets(self) -> Mapping[str, H_co]:
        """Those that a version is brought to."""
        return {name: one for name, one in self._machines.items() if name != HERE}
