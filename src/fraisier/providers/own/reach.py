"""From a name in fraises.yaml to the user's provider; what goes wrong in it comes out without secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, runtime_checkable

from fraisier.errors import ConfigurationError, FraiseQLError, StepFailed
from fraisier.providers.own.driver import Driver
from fraisier.providers.own.params import About, Resolve, fraise_config
from fraisier.providers.provider import PROVIDERS
from fraisier.transport.redaction import Redactor


@runtime_checkable
class Written(Protocol):
    """A provider that stands for a class of the user's."""

    @property
    def cls(self) -> type: ...


@asynccontextmanager
async def reached(about: About, resolve: Resolve) -> AsyncIterator[Driver]:
    """Raises `StepFailed` for whatever the user's code raises, with every secret of its configuration masked."""
    provider = PROVIDERS.find(about.provider)
    if not isinstance(provider, Written):
        raise ConfigurationError(
            f"The provider {about.provider!r} is another one than the one that was planned with.",
            hint="Install the plugin again under its name.",
        )
    redactor = Redactor()
    fraise = fraise_config(about, resolve, redactor)
    try:
        yield Driver(provider.cls, fraise)
    except FraiseQLError as error:
        raise type(error)(redactor.mask(error.message), hint=error.hint) from None
    except Exception as error:  # noqa: BLE001 - code of others may fail in any way
        said = redactor.mask(f"{type(error).__name__}: {error}")
        raise StepFailed(
            f"The provider {about.provider} failed: {said}", hint="This comes from the provider's own code."
        ) from None
