"""Finds code by the name that users write: built in, registered by hand, or installed as a plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from fraisier.errors import ConfigurationError

T = TypeVar("T")

_registered: dict[str, set[str]] = {}


def announce(kind: str, name: str) -> None:
    """Say that a name of this kind exists, so that fraises.yaml may use it."""
    _registered.setdefault(kind, set()).add(name)


def names(kind: str) -> frozenset[str]:
    """Every name of a kind that is installed or was registered; loads none of them."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - not needed for what is built in

    installed = {point.name for point in entry_points(group=f"fraisier.{kind}s")}
    return frozenset(installed | _registered.get(kind, set()))


class Registry(Generic[T]):
    """One kind of thing. A module registers what it offers when it is imported, and is imported when it is asked for.

    `modules` are the built-in ones by name; other packages announce theirs in the entry point group
    `fraisier.<kind>s` (see entry points in the PyPA specifications).
    """

    def __init__(self, kind: str, modules: Mapping[str, str]) -> None:
        self._kind = kind
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
        import importlib  # noqa: PLC0415 - neither is needed until something is looked up
        from importlib.metadata import entry_points  # noqa: PLC0415

        if name in self._modules:
            importlib.import_module(self._modules[name])
            return
        for point in entry_points(group=f"fraisier.{self._kind}s", name=name):
            point.load()
