"""Keys that only some providers read. Elsewhere they would be ignored, so they are refused there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Found, Values

COMPOSE: Final = "docker_compose"
MACHINE: Final = "bare_metal"
ONLY: Final = {
    "file": (COMPOSE,),
    "push": (COMPOSE,),
    "build_cache": (COMPOSE, MACHINE),
    "deployment_type": (COMPOSE, MACHINE),
    "docker_image": (COMPOSE, MACHINE),
    "service.names": (COMPOSE,),
    "build_sandbox": (MACHINE,),
    "build_writes": (MACHINE,),
}
GROUP: Final = "put whoever logs in there into the group docker"
NOT_FOR: Final = {
    COMPOSE: {
        "service.command": "write `command:` of the service in the Compose file",
        "service.unit": "Compose runs the service",
        "service.manager": "Compose runs the service",
        "service.sandbox": "containers are kept apart by Docker; see `security_opt:` of the Compose file",
        "service.stop_timeout": "write `stop_grace_period:` of the service in the Compose file",
        "user": "write `user:` of the service in the Compose file",
        "become": GROUP,
    }
}
NOT_IN_A_CONTAINER: Final = {
    "service.unit": "Docker runs the service",
    "service.manager": "Docker runs the service",
    "service.sandbox": "Docker keeps containers apart",
    "build_sandbox": "Docker builds it",
    "build_writes": "Docker builds it",
    "user": "write USER in the Dockerfile",
    "become": GROUP,
}


def check(provider: str, values: Values, problems: Problems) -> None:
    """Complain about every key that this provider would not read."""
    for key, found in _written(values):
        if key in ONLY and provider not in ONLY[key]:
            problems.add(
                found, f"belongs to the provider {' or '.join(ONLY[key])}, and this one is {provider}"
            )
        elif why := NOT_FOR.get(provider, {}).get(key):
            problems.add(found, f"is not for the provider {provider}", hint=why)
    if provider == MACHINE:
        _container(values, problems)
        _sandbox(values, problems)
    _image(values, problems)
    _hooks(values, problems)


def _container(values: Values, problems: Problems) -> None:
    """A service of a machine runs as a process, or in a container."""
    kind, cache = values.get("deployment_type"), values.get("build_cache")
    if cache and not (kind and kind.value == "docker_build"):
        problems.add(cache, "is for images that are built", hint="add deployment_type: docker_build")
    if kind is None:
        return
    for key, found in _written(values):
        if why := NOT_IN_A_CONTAINER.get(key):
            problems.add(found, f"is not for a service in a container ({kind.path})", hint=why)


def _sandbox(values: Values, problems: Problems) -> None:
    """Whoever is root gets out of it, and without it nothing keeps a build from other folders."""
    wanted, writes = values.get("build_sandbox"), values.get("build_writes")
    if wanted and wanted.value is True and "user" not in values:
        problems.add(wanted, "needs user: who is not root", hint="name the user who builds")
    if writes and _value(values, "build_sandbox") is not True:
        problems.add(writes, "is for builds in a sandbox", hint="add build_sandbox: true")


def _hooks(values: Values, problems: Problems) -> None:
    hooks = values["hooks"].value if "hooks" in values else None
    for found in hooks.values() if isinstance(hooks, dict) and "user" not in values else ():
        if found.value is not BAD and any(hook.sandbox for hook in found.value):
            problems.add(found, "has a sandbox, which needs user: who is not root", hint="name that user")


def _written(values: Values) -> Iterator[tuple[str, Found]]:
    service = values["service"].value if "service" in values else {}
    inner = service if isinstance(service, dict) else {}
    yield from ((key, found) for key, found in values.items() if key != "service")
    yield from ((f"service.{key}", found) for key, found in inner.items())


def _value(values: Values, key: str) -> object:
    return values[key].value if key in values else None


def _image(values: Values, problems: Problems) -> None:
    """An image and the wish to run it come together."""
    kind, image = values.get("deployment_type"), values.get("docker_image")
    if kind and kind.value == "docker_build":
        if _value(values, "provider") == COMPOSE:
            problems.add(kind, "is what docker_compose does anyway", hint="remove it")
        if image:
            problems.add(image, f"is not built ({kind.path})", hint="write deployment_type: docker_image")
        return
    if kind and not image and kind.value is not BAD:
        problems.add(kind, "needs docker_image: nobody knows which image to run")
    if image and not kind and image.value is not BAD:
        problems.add(image, "is run only with deployment_type: docker_image", hint="add it")
    if kind and (push := values.get("push")) and push.value is True:
        problems.add(push, f"has nothing to push: an image that is there already is run ({kind.path})")
