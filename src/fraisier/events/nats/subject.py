"""Which subject an event is published on. Pure."""

from __future__ import annotations

from typing import Final

STREAM: Final = "FRAISIER_EVENTS"
PREFIX: Final = "fraisier.events"
OF_DEPLOYMENTS: Final = ("health_check",)
"""What is heard below `fraisier.events.deployment.>` though its type begins with another word."""


def subject_of(kind: str) -> str:
    """`deployment.started` is on fraisier.events.deployment.started, `health_check.failed` below deployment too."""
    family = kind.partition(".")[0]
    return f"{PREFIX}.deployment.{kind}" if family in OF_DEPLOYMENTS else f"{PREFIX}.{kind}"
