"""The HTTP doors: webhooks, liveness, readiness, and which forges are served."""

from __future__ import annotations

import asyncio
import logging
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fraisier.database import Database
from fraisier.errors import DatabaseError, FraiseQLError
from fraisier.git.forge import webhook_keys
from fraisier.server import metrics
from fraisier.server.document import with_webhooks
from fraisier.server.door import PATHS, UNAVAILABLE, WebhookDoor, is_delivery
from fraisier.server.readiness import Readiness
from fraisier.server.refusal import Refusal, error_body
from fraisier.server.request_id import RequestIds
from fraisier.server.webhook import Webhooks

log = logging.getLogger(__name__)
DOCUMENT: Final = "/openapi.json"


def create_app(webhooks: Webhooks, database: Database, readiness: Readiness) -> ASGIApp:
    """The ASGI application. Deliveries go straight to their door, everything else through FastAPI."""
    api = FastAPI(
        title="Fraisier", version=version("fraisier"), docs_url=None, redoc_url=None, openapi_url=None
    )
    door = WebhookDoor(webhooks)
    for path in PATHS:
        api.router.routes.append(Route(path, door, methods=["POST"]))
        api.router.routes.append(Route(f"{path}/{{provider}}", door, methods=["POST"]))
    if metrics.enabled():
        api.router.routes.append(Route("/metrics", metrics.Door(database).answer, methods=["GET"]))
    readiness.add("database", lambda: asyncio.to_thread(_answers, database))
    _add_reports(api, webhooks, readiness)
    _add_errors(api)
    document = with_webhooks(api.openapi(), PATHS, sorted(webhooks.rules.keyring.forges))
    api.router.routes.append(Route(DOCUMENT, _said(document), methods=["GET"]))
    return RequestIds(_Doors(door, api))


class _Doors:
    def __init__(self, door: ASGIApp, api: ASGIApp) -> None:
        self._door = door
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._door if is_delivery(scope) else self._api)(scope, receive, send)


def _said(document: dict[str, Any]) -> ASGIApp:
    return JSONResponse(document)


def _add_reports(api: FastAPI, webhooks: Webhooks, readiness: Readiness) -> None:
    @api.get("/health")
    async def health() -> dict[str, Any]:
        return {"schema": 1, "status": "ok", "version": version("fraisier")}

    @api.get("/ready", responses={UNAVAILABLE: {"description": "Something that is needed is missing."}})
    async def ready() -> JSONResponse:
        good, checks = await readiness.look()
        body = {"schema": 1, "status": "ready" if good else "not_ready", "checks": checks}
        return JSONResponse(body, 200 if good else UNAVAILABLE)

    @api.get("/providers")
    async def known() -> dict[str, Any]:
        forges = webhooks.rules.keyring.forges
        listed = [
            {"name": name, "configured": bool(webhook_keys(forges[name].config))} for name in sorted(forges)
        ]
        return {"schema": 1, "providers": listed}


def _answers(database: Database) -> bool:
    try:
        return database.row("schema_version") is not None
    except DatabaseError:
        return False


def _add_errors(api: FastAPI) -> None:
    """Every error is the same JSON object; none shows a traceback."""

    @api.exception_handler(FraiseQLError)
    async def failed(request: Request, error: FraiseQLError) -> JSONResponse:
        log.error("%s", error.message, extra={"request_id": request.state.request_id})
        return JSONResponse(error_body(error, request.state.request_id), UNAVAILABLE)

    @api.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        body = error_body(Refusal(error.status_code, f"{error.detail}."), request.state.request_id)
        return JSONResponse(body, error.status_code, error.headers)

    @api.exception_handler(Exception)
    async def broken(request: Request, _error: Exception) -> JSONResponse:
        bug = Refusal(500, "Fraisier has a bug; its log holds the details.")
        return JSONResponse(error_body(bug, request.state.request_id), bug.status)
