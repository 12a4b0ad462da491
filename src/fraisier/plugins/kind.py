"""What a class of a plugin is, by what it can do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Final

KINDS: Final = {
    "forge": ("verify_webhook_signature", "parse_webhook_event"),
    "deployer": ("steps",),
    "provider": ("deploy", "health_check"),
}
"""The methods that tell each kind, in the order in which they are asked for."""

NATIVE: Final = ("look", "prepare", "switch", "health")
"""The methods of a provider that plans in steps; the documents' own have `deploy`, `rollback`, `health_check`."""


def kind_of(cls: type) -> str | None:
    """`provider`, `forge` or `deployer`; None for a class that is something else, or not finished."""
    if inspect.isabstract(cls):
        return None
    if _can(cls, NATIVE):
        return "provider"
    return next((kind for kind, methods in KINDS.items() if _can(cls, methods)), None)


def offered(module: ModuleType, stem: str) -> Iterator[tuple[str, str, type]]:
    """Kind, name and class of everything that a module defines. The name is `name`, else that of the file."""
    for cls in vars(module).values():
        if inspect.isclass(cls) and cls.__module__ == module.__name__ and (kind := kind_of(cls)):
            name = getattr(cls, "name", None)
            yield kind, name if isinstance(name, str) and name else stem.removesuffix("_impl"), cls


def _can(cls: type, methods: tuple[str, ...]) -> bool:
    return all(callable(getattr(cls, method, None)) for method in methods)
