"""How a lane's project and its images are called. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

import msgspec

from fraisier.config.environment import Environment

RELEASE_LABEL: Final = "io.fraisier.release"
_COMPONENT: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*")


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """One project of Compose. `images` is the repository below which its images are kept, one for each service.

    Two colours of one lane are two projects that share their images.
    """

    name: str
    images: str
    app_path: str


def project(environment: Environment, installation_id: str, color: str = "") -> Project:
    """The project of an environment; names of other installations and lanes never meet."""
    lane = re.sub(r"[^a-z0-9]+", "-", environment.identity.slug).strip("-")
    images = f"fraisier-{installation_id[:8].lower()}-{lane}"
    name = f"{images}-{color}" if color else images
    return Project(name=name, images=images, app_path=environment.app_path)


def image(owner: Project, service: str, tag: str) -> str:
    """The name under which the image of a service is kept: nobody else gives it, and pruning leaves it alone.

    What may be part of such a name: see the OCI distribution specification, "Pull".
    """
    return f"{owner.images}/{_component(service)}:{tag}"


def tag_of(image_id: str) -> str:
    """A tag that means this very image."""
    return image_id.removeprefix("sha256:")[:32]


def _component(service: str) -> str:
    if _COMPONENT.fullmatch(service):
        return service
    readable = re.sub(r"[^a-z0-9]+", "-", service.lower()).strip("-") or "service"
    return f"{readable}-{hashlib.sha256(service.encode()).hexdigest()[:8]}"
