"""The machines of one deployment, by the names that steps use."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from fraisier.errors import Unreachable
from fraisier.model.host import Host
from fraisier.model.place import HERE

H_co = TypeVar("H_co", bound=Host, covariant=True)


class Hosts(Generic[H_co]):
    """The first of them is the target of steps that name none, and what is not said to be here is there, too."""

    def __init__(
        self, machines: Mapping[str, H_co], dark: Mapping[str, Unreachable] = MappingProxyType({})
    ) -> None:
        self._machines = dict(machines)
        self._first = next(iter(self._machines.values()))
        self.dark = dark

    def of(self, name: str) -> H_co:
        """The machine of that name; empty: the target."""
        return self._machines[name] if name else self._first

    @property
    def here(self) -> H_co:
        """The machine that Fraisier runs on."""
        return self._machines.get(HERE, self._first)

    @property
    def answering(self) -> Mapping[str, H_co]:
        """Every machine by its name, but those that are `dark`: they did not answer."""
        return {name: one for name, one in self._machines.items() if name not in self.dark}

    @property
    def targets(self) -> Mapping[str, H_co]:
        """Those that a version is brought to, as far as they answer."""
        return {name: one for name, one in self.answering.items() if name != HERE}
