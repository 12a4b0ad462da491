"""How the webhook's address is described in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_ANSWER: Final = {"application/json": {"schema": {"type": "object"}}}
_STATUS: Final = {
    "200": "Received, and it deploys nothing: `reason` says why. Or it was received before: `duplicate`.",
    "202": "Stored, and it will be deployed.",
    "400": "The body is not that of the event which the headers claim.",
    "401": "The signature is missing or wrong.",
    "403": "Deliveries from this address are not allowed.",
    "404": "No forge has this name.",
    "405": "Only POST.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "415": "The body is neither JSON nor a form.",
    "429": "This hook sends more than it may.",
    "503": "The database does not answer; nothing was stored.",
}


def with_webhooks(document: dict[str, Any], paths: Sequence[str], forges: Sequence[str]) -> dict[str, Any]:
    """The document with all spellings of the webhook's address."""
    named = {"name": "provider", "schema": {"type": "string", "enum": list(forges)}}
    query, inside = {**named, "in": "query"}, {**named, "in": "path", "required": True}
    for path in paths:
        document["paths"][path] = {"post": _operation(path, [query])}
        document["paths"][f"{path}/{{provider}}"] = {"post": _operation(f"{path}/provider", [inside])}
    return document


def _operation(name: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "summary": "Receive a delivery",
        "operationId": name.strip("/").replace("/", "_"),
        "parameters": parameters,
        "requestBody": {"required": True, "content": _ANSWER},
        "responses": {status: {"description": says, "content": _ANSWER} for status, says in _STATUS.items()},
    }
