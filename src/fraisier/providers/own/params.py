"""What a step needs to reach one of the user's providers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.health_check import HealthCheck
from fraisier.model.release import Release
from fraisier.model.secret import Secret
from fraisier.providers.own.interface import FraiseConfig
from fraisier.transport.redaction import Redactor

Resolve = Callable[[str], str | Secret]


class About(msgspec.Struct, frozen=True, kw_only=True):
    """One fraise of one provider. `options` hold references that are still unresolved; `folder` holds the record."""

    provider: str
    fraise: str
    environment: str
    type: str
    branch: str
    git_repo: str
    options: dict[str, Any]
    folder: str


class Bring(msgspec.Struct, frozen=True, kw_only=True):
    """`release` is to be live instead of `previous`; `back` when it was live before. `keep` releases are remembered."""

    about: About
    release: Release
    previous: Release | None
    back: bool
    keep: int


class Judge(msgspec.Struct, frozen=True, kw_only=True):
    """`checks` are those of fraises.yaml. `retries` are further attempts after the first, `pause` seconds apart."""

    about: About
    checks: tuple[HealthCheck, ...] = ()
    retries: int = 3
    pause: float = 1.0


def about(environment: Environment, folder: str) -> About:
    return About(
        provider=environment.provider,
        fraise=environment.fraise,
        environment=environment.environment,
        type=environment.type,
        branch=environment.branch,
        git_repo=environment.git_repo,
        options=environment.provider_options,
        folder=folder,
    )


def fraise_config(about: About, resolve: Resolve, redactor: Redactor) -> FraiseConfig:
    """What the provider is told; the redactor learns every secret in it."""

    def value(written: Any) -> Any:
        match written:
            case str():
                found = resolve(written)
                if isinstance(found, Secret):
                    redactor.learn(found)
                    return found.reveal()
                return found
            case dict():
                return {key: value(inner) for key, inner in written.items()}
            case list() | tuple():
                return [value(inner) for inner in written]
            case _:
                return written

    return FraiseConfig(
        name=about.fraise,
        environment=about.environment,
        type=about.type,
        branch=about.branch,
        git_repo=about.git_repo,
        provider_config=value(about.options),
    )
