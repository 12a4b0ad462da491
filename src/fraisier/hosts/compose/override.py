"""The file beside a release that pins it: which images, whose environment, whose label. Pure.

Compose reads it after the files of the repository. It holds no value of any variable: those reach Compose in its own
environment, and the containers from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts.compose.commands import Env
from fraisier.hosts.compose.described import ServiceFacts
from fraisier.hosts.compose.project import RELEASE_LABEL
from fraisier.model.secret import Secret

_COMMAND_S_OWN: Final = re.compile(
    r"PATH|HOME|LANG|LC_.*|DOCKER_.*|COMPOSE_.*|BUILDKIT_.*|BUILDX_.*|.*_proxy", re.IGNORECASE
)
"""Variables that mean something to the `docker` command; a container's reach Compose under another name."""
_ASIDE: Final = "FRAISIER_ENV_"
ALONE: Final = "app"
"""What a service without a Compose file is called."""


class Pins(msgspec.Struct, frozen=True, kw_only=True):
    """`own` are the services that carry the release: named in fraises.yaml, or built from the repository.

    `wanted` are those to bring up, all if empty. By service: `images` are ids, `kept` the names under which they are
    kept, `names` what the Compose file calls those that were built (maybe nothing), `ports` what they publish. `alone` is the whole description of a service that has no Compose file. `jobs` are services
    of which nothing runs but jobs, each in a container of its own.
    """

    files: tuple[str, ...]
    own: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    images: dict[str, str] = msgspec.field(default_factory=dict)
    kept: dict[str, str] = msgspec.field(default_factory=dict)
    names: dict[str, str] = msgspec.field(default_factory=dict)
    ports: dict[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    alone: dict[str, Any] = msgspec.field(default_factory=dict)
    jobs: tuple[str, ...] = ()

    @property
    def served(self) -> tuple[str, ...]:
        """Those that live while the release does: its own services, or what its jobs depend on."""
        return self.wanted if self.jobs else self.own

    @property
    def idle(self) -> bool:
        """Whether there is nothing to bring up."""
        return bool(self.jobs) and not self.wanted


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """The file as Compose reads it; `x_fraisier` is ours (extensions begin with x-, compose-spec)."""

    services: dict[str, dict[str, Any]]
    x_fraisier: Pins = msgspec.field(name="x-fraisier")


def own(services: Mapping[str, ServiceFacts], wanted: Sequence[str]) -> tuple[str, ...]:
    """The services that carry the release. Raises `StepFailed` for a name that the Compose file does not have."""
    if missing := [name for name in wanted if name not in services]:
        raise StepFailed(
            f"The Compose file has no service {missing[0]!r}; it has {', '.join(services) or 'none'}.",
            hint="Correct `service:` in fraises.yaml, or the Compose file.",
        )
    built = [name for name, one in services.items() if one.build]
    return tuple(dict.fromkeys((*wanted, *built))) or tuple(services)


def render(pins: Pins, release: str, variables: Iterable[str], more: Mapping[str, Any] | None = None) -> str:
    """The text of the file. `more` are settings for the release's own services, such as limits."""
    environment = {name: f"${{{_ASIDE}{name}}}" if _aside(name) else None for name in sorted(variables)}
    labels = {RELEASE_LABEL: release}
    carried = {"environment": environment, "labels": labels, **(more or {})}
    services = {
        name: {**pins.alone, "image": kept, **(carried if name in pins.own else {})}
        for name, kept in pins.kept.items()
    }
    return json.dumps({"services": services, "x-fraisier": msgspec.to_builtins(pins)}, indent=1) + "\n"


def named(images: Mapping[str, str], alone: Mapping[str, Any] | None = None) -> str:
    """Only names for the images to be built; with a service that is `alone`, all of it."""
    if alone:
        image = {"image": images[ALONE]} if ALONE in images else {}
        return json.dumps({"services": {ALONE: {**alone, **image}}})
    return json.dumps({"services": {service: {"image": image} for service, image in images.items()}})


def read(text: str) -> Override:
    """Raises `msgspec.MsgspecError` for a text that `render` did not write."""
    return msgspec.json.decode(text, type=Override)


def passed(env: Env) -> dict[str, str | Secret]:
    """The variables of the containers as Compose gets them."""
    return {f"{_ASIDE}{name}" if _aside(name) else name: value for name, value in env.items()}


def _aside(name: str) -> bool:
    return _COMMAND_S_OWN.fullmatch(name) is not None
