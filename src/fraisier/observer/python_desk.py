"""Requests of Python programs: the documented deployers come in here, and wait."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.deployers.desk import DESKS
from fraisier.errors import HealthCheckError
from fraisier.git.mirror import mirror_path
from fraisier.git.remote import resolve
from fraisier.model.report import Report, Silent
from fraisier.model.status import Trigger
from fraisier.observer.asking import Asking
from fraisier.observer.checkup import check_up
from fraisier.observer.desk import Desk
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of

T = TypeVar("T")


class PythonDesk:
    """Each call opens the database of the environment's installation, and returns when all is done."""

    def deploy(self, environment: Environment) -> Report:
        desk = Desk(One(environment), _database(environment))
        return _wait(desk.deploy(environment.identity, asking=_asking(), progress=Silent()))

    def rollback(self, environment: Environment, to: str | None) -> Report:
        desk = Desk(One(environment), _database(environment))
        return _wait(desk.rollback(environment.identity, to=to, asking=_asking(), progress=Silent()))

    def current(self, environment: Environment) -> str | None:
        return _wait(_current(_grounds(environment), environment))

    def latest(self, environment: Environment) -> str | None:
        return _wait(_latest(_grounds(environment), environment))

    def well(self, environment: Environment) -> bool:
        return _wait(_well(_grounds(environment), environment))


class One:
    """A configuration that knows one environment: the one that a program holds."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.path = environment.config_file

    def get_fraise_environment(self, fraise: str, environment: str) -> Environment:
        del fraise, environment
        return self._environment


async def _current(grounds: Grounds, environment: Environment) -> str | None:
    past = await grounds.past(environment.identity)
    async with grounds.readers(grounds.places(environment)) as hosts:
        live = (await provider_of(environment).look(hosts.of(""), environment)).live
    return live.commit.sha if live else past.current


async def _latest(grounds: Grounds, environment: Environment) -> str | None:
    if not environment.git_repo:
        return None
    repository = grounds.resolve(environment.git_repo)
    mirror = mirror_path(environment.git_repo)
    async with grounds.here() as host:
        tip = await resolve(host, repository, branch=environment.branch, wanted=None, mirror=mirror)
    return tip.sha


async def _well(grounds: Grounds, environment: Environment) -> bool:
    try:
        return all(one.good is not False for one in await check_up(grounds, environment))
    except HealthCheckError:
        return False


def _grounds(environment: Environment) -> Grounds:
    return Grounds(_database(environment), environment.config_file)


def _database(environment: Environment) -> Database:
    named = os.environ.get("FRAISIER_DB_PATH") or os.environ.get("FRAISIER_DATABASE_URL")
    return Database(named or environment.state_path)


def _asking() -> Asking:
    """A program asks; the system's name of its user is recorded."""
    user = os.environ.get("SUDO_USER") or os.environ.get("USER") or str(os.getuid())
    return Asking(by=user, where=f"{platform.node()} {sys.argv[0]}".strip(), trigger=Trigger.API)


def _wait(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end, in a thread of its own where this one has an event loop already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    ended: Future[T] = Future()
    thread = threading.Thread(target=_into, args=(ended, lambda: asyncio.run(work)))
    thread.start()
    thread.join()
    return ended.result()


def _into(ended: Future[T], run: Callable[[], T]) -> None:
    try:
        ended.set_result(run())
    except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
        ended.set_exception(error)


DESKS.register("own", PythonDesk())
