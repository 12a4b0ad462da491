"""One delivery, from raw bytes to stored rows. Nothing is deployed here: the observer runs what the rows ask for."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.types import Receive, Scope

from fraisier.database import Database
from fraisier.git.forge import LowerCase, WebhookEvent, header
from fraisier.observer.machine import machine_id
from fraisier.server import body as body_of
from fraisier.server.allowance import Allowance, Buckets
from fraisier.server.choice import choose, pinned
from fraisier.server.decision import Decision, Outcome, decide
from fraisier.server.delivery import Delivery, Message, authentic
from fraisier.server.patience import is_whole
from fraisier.server.refusal import Refusal
from fraisier.server.rules import Rules
from fraisier.server.source import source
from fraisier.server.writer import Writer

log = logging.getLogger(__name__)
LARGE: Final = 256 * 1024
"""Bytes; verifying and reading more than this is not done between the answers to others."""


class Webhooks:
    """Takes deliveries under `rules`, which may be replaced at any time. `wake` is called when there is something new.

    Raises `ConfigurationError` when FRAISIER_GIT_PROVIDER names no forge.
    """

    def __init__(self, rules: Rules, database: Database, *, wake: Callable[[], None]) -> None:
        self.rules = rules
        self._writer = Writer(database)
        self._pinned = pinned(rules.keyring.forges, os.environ.get("FRAISIER_GIT_PROVIDER"))
        self._wake = wake
        self._refusals = Allowance()
        self._buckets = Buckets()

    async def receive(
        self, scope: Scope, receive: Receive, named: set[str], request_id: str
    ) -> tuple[int, dict[str, Any]]:
        """HTTP status and body, once the rows are stored. Raises `Refusal`, or `DatabaseError`."""
        rules, headers = self.rules, _headers(scope)
        forge = choose(rules.keyring.forges, named or self._pinned, headers, otherwise=rules.otherwise)
        peer = scope["client"][0] if scope.get("client") else None
        with body_of.Share() as share:
            delivery = Delivery(
                forge=forge,
                body=await body_of.read(receive, share, is_whole=is_whole(scope)),
                headers=headers,
                source_ip=source(peer, header(headers, "x-forwarded-for"), rules.proxies),
                request_id=request_id,
            )
            return await self._take(delivery, rules)

    async def _take(self, delivery: Delivery, rules: Rules) -> tuple[int, dict[str, Any]]:
        try:
            message = await self._authentic(delivery, rules)
        except Refusal as refusal:
            await self._keep_refusal(delivery, refusal)
            raise
        return await self._keep(delivery, message, rules)

    async def _authentic(self, delivery: Delivery, rules: Rules) -> Message:
        if len(delivery.body) > LARGE:
            message = await asyncio.to_thread(authentic, delivery, rules.keyring)
        else:
            message = authentic(delivery, rules.keyring)
        hook = f"{delivery.forge.name} {message.events[0].repository}"
        if wait := self._buckets.wait(hook, rules.limit):
            raise Refusal(429, "This hook sends more than it may.", retry_after=math.ceil(wait))
        return message

    async def _keep(self, delivery: Delivery, message: Message, rules: Rules) -> tuple[int, dict[str, Any]]:
        routed = [(event, rules.routes.candidates(event)) for event in message.events]
        decision = decide(routed, message.scope, runs_on=machine_id())
        columns = _columns(decision.event or message.events[0], message.text)
        row = await self._store(delivery, decision, columns)
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
            await self._store(delivery, decision, {"event_type": delivery.claimed_event})

    async def _store(self, delivery: Delivery, decision: Decision, columns: dict[str, Any]) -> dict[str, Any]:
        return await self._writer.store(
            {
                "provider": delivery.forge.name,
                "source_ip": delivery.source_ip,
                "request_id": delivery.request_id,
                "body_sha256": delivery.digest,
                "outcome": decision.outcome.value,
                "reason": decision.reason,
                "requests": decision.requests,
                **columns,
            }
        )


def _headers(scope: Scope) -> dict[str, str]:
    """A header that comes twice is joined as RFC 9110 has it, so that no signature counts among several."""
    joined = LowerCase()
    for raw_name, raw_value in scope["headers"]:  # in lower case, as ASGI has it
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
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
    }
