"""The webhook's address as a plain ASGI application: what a framework does for a request costs more than ours does."""

from __future__ import annotations

import logging
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from starlette.types import Receive, Scope, Send

from fraisier.errors import FraiseQLError
from fraisier.server.refusal import Refusal, error_body
from fraisier.server.webhook import Webhooks

log = logging.getLogger(__name__)
PATHS: Final = ("/webhook", "/webhooks")
UNAVAILABLE: Final = 503


class WebhookDoor:
    """Answers a delivery at `/webhook`, `/webhook/{provider}` and the same in the plural; `?provider=` names one too."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id: str = scope["state"]["request_id"]
        status, body, headers = await self._answer(scope, receive, request_id)
        content = msgspec.json.encode(body)
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        head += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": content})

    async def _answer(
        self, scope: Scope, receive: Receive, request_id: str
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        try:
            status, body = await self._webhooks.receive(scope, receive, _named(scope), request_id)
        except Refusal as refusal:
            return refusal.status, error_body(refusal, request_id), refusal.headers
        except FraiseQLError as error:
            log.error("%s", error.message, extra={"request_id": request_id})  # noqa: TRY400 - its cause is known
            return UNAVAILABLE, error_body(error, request_id), {}
        except Exception:  # a plugin's or ours: the forge shows its owner the 500, and the server goes on
            log.exception("a delivery met a bug", extra={"request_id": request_id})
            bug = Refusal(500, "Fraisier has a bug; its log holds the details.")
            return bug.status, error_body(bug, request_id), {}
        return status, body, {}


def is_delivery(scope: Scope) -> bool:
    """Whether a request is for the door."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    path: str = scope["path"]
    return path in PATHS or (path.startswith(PATHS) and path.count("/") == 2)  # noqa: PLR2004 - /webhook/{provider}


def _named(scope: Scope) -> set[str]:
    """The forges that the address names."""
    inside = scope["path"].split("/")[2:]
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return {*inside, *query.get("provider", ())}
