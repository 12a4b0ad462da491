"""fraises.yaml becomes frozen objects. One small file per section; every error names file, line and column.

How it goes: `search` finds the file, `document` composes it into nodes that know their place, each section reads
its own mapping into `Found` values, environments inherit, and `fraisier_config` builds the frozen objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fraisier.config.fraisier_config import FraisierConfig

__all__ = ["FraisierConfig"]


def __getattr__(name: str) -> Any:
    """Load the reader, and with it the YAML parser, only for those who ask for it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fraisier.config.fraisier_config import FraisierConfig  # noqa: PLC0415 - see the docstring

    return FraisierConfig
