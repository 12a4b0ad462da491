"""Log records on standard error, when `--verbose`, `FRAISIER_LOG` or `RUST_LOG` asks for them."""

from __future__ import annotations

import os
from typing import Final

LEVELS: Final = {"trace": 10, "debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40, "off": 100}


def wanted(*, verbose: bool) -> dict[str, int]:
    """Logger names with their levels: `debug` is everything of Fraisier, `fraisier::engine=info` one part.

    Words that name no level are ignored, as RUST_LOG's readers do.
    """
    found: dict[str, int] = {"fraisier": LEVELS["debug"]} if verbose else {}
    for part in (os.environ.get("FRAISIER_LOG") or os.environ.get("RUST_LOG") or "").split(","):
        name, separator, level = part.strip().rpartition("=")
        if level.lower() in LEVELS:
            found[name.replace("::", ".") if separator else "fraisier"] = LEVELS[level.lower()]
    return found


def start(levels: dict[str, int]) -> None:
    """Send these loggers' records to standard error, one line each."""
    if not levels:
        return
    import logging

    from fraisier.cli import log_format

    handler = logging.StreamHandler()
    handler.setFormatter(log_format.chosen())
    logging.getLogger().addHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
