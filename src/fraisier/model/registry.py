"""Finds code by the name that users write: built in, registered by hand, or installed as a plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from fraisier.errors import ConfigurationError

T = TypeVar("T")

_registered: dict[str, set[str]] = {}


def announce(kind: str, name: str) -> None:
    """Say that a name of this kind exists, so that fraises.yaml may use it."""
    _registered.setdefault(kind, set()).add(name)


def names(kind: str) -> frozenset[str]:
    """Every name of a kind that is installed, was registered, or is offered by a plugin file."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - not needed for what is built in

    from fraisier.plugins.load import offers  # noqa: PLC0415 - as above

    installed = {point.name for point in entry_points(group=f"fraisier.{kind}s")}
    return frozenset(installed | _registered.get(kind, set()) | {offer.name for offer in offers(kind)})


class Registry(Generic[T]):
    """One kind of thing. A module registers what it offers when it is imported, and is imported when it is asked for.

    `modules` are the built-in ones by name; other packages announce theirs in the entry point group
    `fraisier.<kind>s` (see entry points in the PyPA specifications); `made` turns the class of a plugin file into
    what is registered.
    """

    def __init__(
        self, kind: str, modules: Mapping[str, str], made: Callable[[type], T] = lambda cls: cls()
    ) -> None:
        self._kind = kind
        self._made = made
        self._modules = dict(modules)
        self._found: dict[str, T] = {}

    def register(self, name: str, thing: T) -> None:
        """Make `name` mean this. The last one wins."""
        self._found[name] = thing
        announce(self._kind, name)

    def find(self, name: str) -> T:
        """What `name` means. Raises `ConfigurationError` when nothing is installed by that name."""
        if name not in self._found:
            self._load(name)
        try:
            return self._found[name]
        except KeyError:
            raise ConfigurationError(
                f"No {self._kind} is called {name!r}.",
                hint=f"Built in: {', '.join(sorted(self._modules))}.",
            ) from None

    def _load(self, name: str) -> None:
        if name in self._modules:
            from importlib import import_module  # noqa: PLC0415 - not needed until something is looked up

            import_module(self._modules[name])
            return
        from importlib.metadata import entry_points  # noqa: PLC0415 - 15 ms that only plugins cost

        for point in entry_points(group=f"fraisier.{self._kind}s", name=name):
            point.load()
        if name not in self._found:
            self._take_from_plugins(name)

    def _take_from_plugins(self, name: str) -> None:
        from fraisier.plugins.load import offers  # noqa: PLC0415 - as above

        for offer in offers(self._kind):
            if offer.name == name:
                self.register(name, self._made(offer.cls))
