"""One delivery, from raw bytes to stored rows. Nothing is deployed here: the observer runs what the rows ask for."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request

from fraisier.config import FraisierConfig
from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.git.address import public
from fraisier.git.forge import GitProvider, WebhookEvent
from fraisier.model.secret import Secret
from fraisier.observer.machine import machine_id
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables
from fraisier.server import body as body_of
from fraisier.server.allowance import Allowance
from fraisier.server.choice import choose
from fraisier.server.decision import Decision, Outcome, decide
from fraisier.server.delivery import Delivery, authentic
from fraisier.server.refusal import Refusal

log = logging.getLogger(__name__)


class Webhooks:
    """Takes the deliveries of `forges`. `wake` is called as soon as there is something new to run."""

    def __init__(
        self,
        config: FraisierConfig,
        database: Database,
        *,
        forges: Mapping[str, GitProvider],
        wake: Callable[[], None],
    ) -> None:
        self._config = config
        self._database = database
        self._forges = forges
        self._pinned = set(filter(None, [os.environ.get("FRAISIER_GIT_PROVIDER")]))
        self._wake = wake
        self._refusals = Allowance()

    async def receive(self, request: Request, named: set[str]) -> tuple[int, dict[str, Any]]:
        """HTTP status and body, once the rows are stored. Raises `Refusal`, or `DatabaseError`."""
        headers = _headers(request)
        forge = choose(self._forges, named or self._pinned, headers, otherwise=self._config.git.provider)
        delivery = Delivery(
            forge=forge,
            body=await body_of.read(request),
            headers=headers,
            source_ip=request.client.host if request.client else None,
            request_id=request.state.request_id,
        )
        try:
            text, event = authentic(delivery)
        except Refusal as refusal:
            await self._keep_refusal(delivery, refusal)
            raise
        return await self._keep(delivery, text, event)

    async def _keep(self, delivery: Delivery, text: str, event: WebhookEvent) -> tuple[int, dict[str, Any]]:
        mapped = self._config.get_fraise_for_branch(event.branch) if event.branch else None
        decision = decide(event, mapped, self._repository(mapped), runs_on=machine_id())
        row = await asyncio.to_thread(self._store, delivery, decision, _columns(event, text))
        log.info(
            "%s from %s: %s%s%s",
            row["identifier"], delivery.forge.name, row["outcome"],
            f" ({row['reason']})" if row["reason"] else "", ", a repeat" if row["duplicate"] else "",
            extra={"request_id": delivery.request_id},
        )  # fmt: skip
        new = decision.outcome is Outcome.ACCEPTED and not row["duplicate"]
        if new:
            self._wake()
        return 202 if new else 200, _body(row, delivery.request_id)

    async def _keep_refusal(self, delivery: Delivery, refusal: Refusal) -> None:
        log.warning(
            "delivery from %s refused: %s",
            delivery.forge.name, refusal.message, extra={"request_id": delivery.request_id},
        )  # fmt: skip
        if self._refusals.grant():
            decision = Decision(outcome=Outcome.REFUSED, reason=refusal.message)
            columns = {"event_type": delivery.claimed_event}
            await asyncio.to_thread(self._store, delivery, decision, columns)

    def _store(self, delivery: Delivery, decision: Decision, columns: dict[str, Any]) -> dict[str, Any]:
        return self._database.record_webhook_event(
            delivery.forge.name,
            source_ip=delivery.source_ip,
            request_id=delivery.request_id,
            body_sha256=delivery.digest,
            outcome=decision.outcome.value,
            reason=decision.reason,
            requests=msgspec.json.encode(decision.requests).decode(),
            **columns,
        )

    def _repository(self, mapped: Environment | None) -> str:
        """Where the mapped fraise's repository is. Its credentials do not matter here, set or not."""
        if mapped is None:
            return ""
        found = Resolver(Variables(self._config.path)).resolve(public(mapped.git_repo))
        return found.reveal() if isinstance(found, Secret) else found


def _headers(request: Request) -> dict[str, str]:
    """A header that comes twice is joined as RFC 9110 has it, so that no signature counts among several."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _columns(event: WebhookEvent, text: str) -> dict[str, Any]:
    return {
        "event_type": event.event_type,
        "delivery_id": event.delivery_id,
        "repository": event.repository,
        "ref": event.ref,
        "before_sha": event.before_sha,
        "commit_sha": event.commit_sha,
        "branch": event.branch,
        "sender": event.sender,
        "payload": text,
    }


def _body(row: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "request_id": request_id,
        "event": row["identifier"],
        "outcome": row["outcome"],
        "reason": row["reason"],
        "duplicate": bool(row["duplicate"]),
        "requests": json.loads(row["requests"]),
    }
