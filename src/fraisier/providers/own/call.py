"""Calling the user's own methods, whether they are async or not."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fraisier.errors import StepFailed
from fraisier.model.result import DeploymentResult


async def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """What it returns, or raises. One that is not async runs beside the event loop.

    When it is cancelled, a thread cannot be stopped: it is left alone, and does not keep the process alive.
    """
    if inspect.iscoroutinefunction(function):
        return await function(*arguments)
    answer = await _in_daemon(function, arguments)
    return await answer if inspect.isawaitable(answer) else answer


async def _in_daemon(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()

    def tell(value: Any, error: BaseException | None) -> None:
        if not ended.done():
            ended.set_result((value, error))

    def work() -> None:
        value, error = None, None
        try:
            value = function(*arguments)
        except BaseException as raised:  # noqa: BLE001 - it is raised again where the caller waits
            error = raised
        with suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(tell, value, error)

    threading.Thread(target=work, daemon=True, name=getattr(function, "__qualname__", "own code")).start()
    value, error = await ended
    if error is not None:
        raise error
    return value


def require_success(answer: Any, what: str, *, hint: str = "") -> None:
    """Raises `StepFailed` unless the answer is True or a `DeploymentResult` that says success."""
    if isinstance(answer, DeploymentResult):
        if answer.success:
            return
        raise StepFailed(f"{what}: {answer.error_message or 'it did not succeed'}", hint=hint)
    if answer is None:
        raise StepFailed(
            f"{what} returned nothing.", hint="It must return True, False or a DeploymentResult."
        )
    if not answer:
        raise StepFailed(f"{what} returned {answer!r}: it did not succeed.", hint=hint)
