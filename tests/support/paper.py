"""A provider whose targets are on paper: real lanes, leases, hosts and plans, and steps that change a table in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.errors import HealthCheckError
from fraisier.model.host import Host, Site
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import Position, Seen, Step, step_kind
from fraisier.providers.provider import PROVIDERS


class Paper:
    """What is live in each fraise, and what happens when its health is asked for."""

    def __init__(self) -> None:
        self.live: dict[str, Release] = {}
        self.ask: Callable[[str], Awaitable[bool]] = _well

    def clear(self) -> None:
        self.live.clear()
        self.ask = _well


async def _well(_fraise: str) -> bool:
    return True


PAPER = Paper()


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    fraise: str
    release: Release
    before: Release | None = None


@step_kind("paper_switch", params=Turn, repeatable=True)
class Switch:
    async def check(self, site: Site, params: Turn) -> Seen:
        return Seen.DONE if PAPER.live.get(params.fraise) == params.release else Seen.NOT_DONE

    async def apply(self, site: Site, params: Turn) -> None:
        PAPER.live[params.fraise] = params.release

    async def undo(self, site: Site, params: Turn) -> None:
        if params.before is None:
            PAPER.live.pop(params.fraise, None)
        else:
            PAPER.live[params.fraise] = params.before


@step_kind("paper_health", params=Turn, repeatable=True)
class Health:
    async def check(self, site: Site, params: Turn) -> Seen:
        return Seen.NOT_DONE

    async def apply(self, site: Site, params: Turn) -> None:
        if not await PAPER.ask(params.fraise):
            raise HealthCheckError(f"{params.fraise} is not well.")

    async def undo(self, site: Site, params: Turn) -> None:
        """Asking changed nothing."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    releases: tuple[Release, ...] = ()
    live: Release | None = None
    service_manager: str = ""
    migrated: tuple[str, ...] = ()
    home: str = ""


class PaperProvider:
    def target(self, environment: Environment) -> str:
        return "paper"

    def fence_folder(self, environment: Environment) -> str:
        return environment.app_path

    async def look(self, host: Host, environment: Environment) -> View:
        return View(live=PAPER.live.get(environment.fraise))

    def prepare(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        return ()

    def clean(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        return ()

    def switch(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        params = self._params(environment, observed.release, observed.live)
        return (Step(kind="paper_switch", title="Switched", position=Position.SWITCH, params=params),)

    def health(self, environment: Environment, observed: Observed, release: Release) -> Step:
        params = self._params(environment, release, None)
        return Step(kind="paper_health", title="Well", position=Position.AFTER, params=params)

    def _params(self, environment: Environment, release: Release, before: Release | None) -> dict[str, Any]:
        turn = Turn(fraise=environment.fraise, release=release, before=before)
        return msgspec.to_builtins(turn)  # type: ignore[no-any-return]


PROVIDERS.register("paper", PaperProvider())  # type: ignore[arg-type]  # what no paper deployment asks for is left out


class PaperConfig:
    """As `FraisierConfig`: every fraise that a test names, deployed from one repository."""

    def __init__(self, repository: str, folder: str) -> None:
        self.path = f"{folder}/fraises.yaml"
        self._repository = repository
        self._folder = folder

    def get_fraise_environment(self, fraise: str, environment: str) -> Environment:
        return Environment(
            fraise=fraise,
            environment=environment,
            type="api",
            provider="paper",
            git_repo=self._repository,
            app_path=f"{self._folder}/{fraise}",
        )
