"""Which environments a push may be about. Pure: the configuration and an event come in, routes go out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from fraisier.config import FraisierConfig
from fraisier.config.branch_mapping import split
from fraisier.config.environment import Environment
from fraisier.git.forge import WebhookEvent
from fraisier.git.place import place
from fraisier.model.identity import Identity


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Pushes to `branch` deploy the environment, whose own repository is at `place`; empty: it names none.

    `of` is the repository that the mapping was written for; `automatic`: there is no mapping, but auto_deploy.
    """

    environment: Environment
    branch: str
    place: str = ""
    of: str = ""
    automatic: bool = False


class Routes:
    """All routes of one configuration, by branch."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_branch: dict[str, list[Route]] = {}
        for route in routes:
            self._by_branch.setdefault(route.branch, []).append(route)

    def candidates(self, event: WebhookEvent) -> tuple[Route, ...]:
        """The routes of the event's branch, each environment once. What is mapped for its repository by name comes
        before what is mapped for the branch alone.
        """
        routes = self._by_branch.get(event.branch or "", [])
        named = [route for route in routes if route.of and _is_called(event, route.of)]
        others = [route for route in routes if not route.of and (route.automatic or not named)]
        found: dict[Identity, Route] = {}
        for route in (*named, *others):
            found.setdefault(route.environment.identity, route)
        return tuple(found.values())


def routes(config: FraisierConfig, resolve: Callable[[str], str]) -> Routes:
    """The table that a configuration makes; `resolve` knows what references in a git_repo mean."""
    return Routes(_routes(config, resolve))


def _routes(config: FraisierConfig, resolve: Callable[[str], str]) -> Iterator[Route]:
    for key, target in config.branch_mapping.items():
        repository, branch = split(key)
        environment = config.get_fraise_environment(target.fraise, target.environment)
        yield Route(environment=environment, branch=branch, of=repository, place=_place(environment, resolve))
    for fraise in config.fraises.values():
        for one in fraise.environments.values():
            if one.pushes.auto:
                branch = one.pushes.branch or one.branch
                yield Route(environment=one, branch=branch, place=_place(one, resolve), automatic=True)


def _place(environment: Environment, resolve: Callable[[str], str]) -> str:
    return place(resolve(environment.git_repo)) if environment.git_repo else ""


def _is_called(event: WebhookEvent, repository: str) -> bool:
    """Whether `owner/name`, or `host/owner/name`, is what the forge calls the event's repository."""
    wanted = repository.casefold()
    if event.repository is not None and event.repository.casefold() == wanted:
        return True
    return any(place(url) == wanted for url in event.repository_urls)
