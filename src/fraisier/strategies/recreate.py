"""recreate: the old version stops, the new one starts in its place. Requests in between are refused."""

from __future__ import annotations

from fraisier.config.environment import Environment
from fraisier.model.plan import Observed
from fraisier.model.step import Step
from fraisier.providers.provider import Provider


def change_places(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """Switch once, then judge what is live now."""
    return (
        *provider.switch(environment, observed),
        provider.health(environment, observed, observed.release),
    )
