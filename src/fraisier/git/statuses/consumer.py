"""One forge as a consumer of events: commits show how their deployments go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from fraisier.config.environment import Environment, Fraise
from fraisier.config.forge import Forge
from fraisier.errors import FraiseQLError
from fraisier.events.consumer import DAY, Consumer, Unwanted
from fraisier.events.event import Event
from fraisier.events.http import Sender
from fraisier.git.statuses.api import Call
from fraisier.git.statuses.forges import KINDS, api_of, repository_on, with_tokens
from fraisier.git.statuses.status import CommitStatus, status_of
from fraisier.model.secret import Secret

Resolve = Callable[[str], "str | Secret"]
SAME_STATE: Final = "cannot transition status"
"""How GitLab refuses a status that the commit has already."""


class Statuses:
    """Of all repositories of `fraises` that are on this forge."""

    from_start = False
    repeats_are_safe = False
    patience = DAY
    longest_pause = 300.0

    def __init__(self, name: str, forge: Forge, fraises: Mapping[str, Fraise], resolve: Resolve) -> None:
        self.name = f"statuses-{name}"
        self._kind = name
        self._forge = forge
        self._fraises = fraises
        self._resolve = resolve

    def wants(self, event: Event) -> bool:
        return status_of(event) is not None and self._environment(event) is not None

    async def last(self) -> str | None:
        return None

    async def deliver(self, event: Event) -> None:
        status, environment = status_of(event), self._environment(event)
        if status is None or environment is None:
            return
        repository = await asyncio.to_thread(self._repository, environment)
        if repository is not None:
            call = KINDS[self._kind].build(api_of(self._kind, self._forge), repository, status)
            await self._send(call, status)

    async def close(self) -> None:
        """Nothing is kept open: deployments are rare."""

    async def _send(self, call: Call, status: CommitStatus) -> None:
        token = await asyncio.to_thread(self._secret, self._forge.token or "")
        sender = Sender(token)
        headers = {**call.headers, call.login: f"{call.scheme}{token.reveal()}"}
        try:
            await sender.post(call.url, call.body, headers)
        except Unwanted as refused:
            if SAME_STATE not in refused.message.lower():
                raise Unwanted(f"{status.context}: {refused.message}", hint=refused.hint) from refused
        finally:
            await sender.close()

    def _environment(self, event: Event) -> Environment | None:
        fraise = self._fraises.get(event.fraise or "")
        return fraise.environments.get(event.environment or "") if fraise else None

    def _repository(self, environment: Environment) -> str | None:
        with suppress(FraiseQLError):  # a repository whose address cannot be known cannot have been deployed
            address = self._secret(environment.git_repo).reveal()
            return repository_on(self._kind, self._forge, environment, address)
        return None

    def _secret(self, text: str) -> Secret:
        found = self._resolve(text)
        return found if isinstance(found, Secret) else Secret(found)


def consumers(forges: Mapping[str, Forge], fraises: Mapping[str, Fraise], resolve: Resolve) -> list[Consumer]:
    """One for each forge with a token."""
    return [Statuses(name, forge, fraises, resolve) for name, forge in with_tokens(forges).items()]
