"""The HTTP doors: webhooks, liveness, readiness, and which forges are served."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from fraisier.config import FraisierConfig
from fraisier.database import Database
from fraisier.errors import DatabaseError, FraiseQLError
from fraisier.git.forge import GitProvider, get_provider, providers, webhook_keys
from fraisier.server.refusal import Refusal, error_body
from fraisier.server.request_id import RequestIds
from fraisier.server.webhook import Webhooks

log = logging.getLogger(__name__)
UNAVAILABLE: Final = 503


def create_app(
    config: FraisierConfig,
    database: Database,
    *,
    wake: Callable[[], None] = lambda: None,
    observing: Callable[[], bool] = lambda: True,
) -> FastAPI:
    """The ASGI application. `wake` tells the observer that there is something new; `observing` whether one runs.

    Raises `ConfigurationError` when the secret of a forge cannot be resolved.
    """
    forges = {name: get_provider(name, config) for name in providers()}
    if not any(webhook_keys(forge.config) for forge in forges.values()):
        log.warning("no webhook secret is configured: every delivery is refused; set FRAISIER_WEBHOOK_SECRET")
    app = FastAPI(title="Fraisier", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(RequestIds)
    _add_webhooks(app, Webhooks(config, database, forges=forges, wake=wake))
    _add_reports(app, database, forges, observing)
    _add_errors(app)
    return app


def _add_webhooks(app: FastAPI, webhooks: Webhooks) -> None:
    async def receive(request: Request) -> JSONResponse:
        named = {*request.query_params.getlist("provider"), *request.path_params.values()}
        status, body = await webhooks.receive(request, named)
        return JSONResponse(body, status)

    for path in ("/webhook", "/webhooks"):
        app.add_route(path, receive, methods=["POST"])
        app.add_route(f"{path}/{{provider}}", receive, methods=["POST"])


def _add_reports(
    app: FastAPI, database: Database, forges: Mapping[str, GitProvider], observing: Callable[[], bool]
) -> None:
    @app.get("/health")
    async def health() -> dict[str, Any]:
        return {"schema": 1, "status": "ok", "version": version("fraisier")}

    @app.get("/ready")
    async def ready() -> JSONResponse:
        checks = {"database": await asyncio.to_thread(_answers, database), "observer": observing()}
        good = all(checks.values())
        body = {"schema": 1, "status": "ready" if good else "not_ready", "checks": checks}
        return JSONResponse(body, 200 if good else UNAVAILABLE)

    @app.get("/providers")
    async def known() -> dict[str, Any]:
        names = sorted(forges)
        listed = [{"name": name, "configured": bool(webhook_keys(forges[name].config))} for name in names]
        return {"schema": 1, "providers": listed}


def _answers(database: Database) -> bool:
    try:
        return database.row("schema_version") is not None
    except DatabaseError:
        return False


def _add_errors(app: FastAPI) -> None:
    """Every error is the same JSON object; none shows a traceback."""

    @app.exception_handler(FraiseQLError)
    async def failed(request: Request, error: FraiseQLError) -> JSONResponse:
        status = error.status if isinstance(error, Refusal) else UNAVAILABLE
        if status == UNAVAILABLE:
            log.error("%s", error.message, extra={"request_id": request.state.request_id})
        return JSONResponse(error_body(error, request.state.request_id), status)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        body = error_body(Refusal(error.status_code, f"{error.detail}."), request.state.request_id)
        return JSONResponse(body, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def broken(request: Request, _error: Exception) -> JSONResponse:
        bug = Refusal(500, "Fraisier has a bug; its log holds the details.")
        return JSONResponse(error_body(bug, request.state.request_id), bug.status)
