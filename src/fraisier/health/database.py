"""database: a query that must run. Its transaction is rolled back: asking changes nothing."""

from __future__ import annotations

import asyncio
import re
from importlib import import_module
from importlib.util import find_spec
from typing import Final, Protocol

import msgspec

from fraisier.config.health_check import HealthCheck
from fraisier.config.show import CREDENTIALS
from fraisier.errors import ConfigurationError
from fraisier.health.check_type import CHECK_TYPES, Answer
from fraisier.health.params import Params
from fraisier.health.text import clean
from fraisier.model.host import Site
from fraisier.model.secret import MASK, Secret


class Failed(Exception):
    """What the database, or the way to it, complained about; it may hold parts of the address."""


class Ask(Protocol):
    """The code for one kind of database."""

    async def __call__(self, address: str, query: str, seconds: float) -> None:
        """Run the query. Raises `Failed`, and `TimeoutError` after so many seconds."""
        ...


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """`module` holds `ask`; `needs` is the package that the extra `extra` brings."""

    module: str
    needs: str = ""
    extra: str = ""


SQLITE: Final = Driver(module="fraisier.health.sqlite")
POSTGRESQL: Final = Driver(module="fraisier.health.postgresql", needs="psycopg", extra="postgres")
MYSQL: Final = Driver(module="fraisier.health.mysql", needs="pymysql", extra="mysql")
DRIVERS: Final = {
    "sqlite": SQLITE,
    "postgresql": POSTGRESQL,
    "postgres": POSTGRESQL,
    "mysql": MYSQL,
    "mariadb": MYSQL,
}


class DatabaseCheck:
    """`connection_string`, `query`, `timeout`. Asked from the machine that Fraisier runs on."""

    def prepare(self, site: Site, check: HealthCheck) -> None:
        driver_of(_address(site, check))

    async def ask(self, site: Site, check: HealthCheck, judged: Params) -> Answer:
        del judged
        address = _address(site, check)
        ask: Ask = import_module(driver_of(address).module).ask
        try:
            async with asyncio.timeout(check.timeout):
                await ask(address, check.query, check.timeout)
        except TimeoutError:
            return Answer(good=False, said=f"no answer within {check.timeout:g} s")
        except Failed as error:
            return Answer(good=False, said=clean(_without(address, str(error))))
        return Answer(good=True, said="the query ran")

    def port(self, check: HealthCheck) -> int | None:
        """Its port belongs to the database, which is not the service that is judged."""
        del check
        return None

    def shown(self, check: HealthCheck) -> str:
        address = re.sub(CREDENTIALS, rf"\1{MASK}@", check.connection_string)
        return f"the query {check.query!r} at {address.partition('?')[0]}"

    def by_hand(self, check: HealthCheck) -> str:
        return check.query


def driver_of(address: str) -> Driver:
    """The driver for an address. Raises `ConfigurationError`: an unknown scheme, or an extra that is missing."""
    scheme = address.partition("://")[0].partition("+")[0].lower()
    driver = DRIVERS.get(scheme) if "://" in address else None
    if driver is None:
        raise ConfigurationError(
            "A database health check has a connection_string that names no kind of database.",
            hint="Write sqlite:///path, postgresql://… or mysql://… .",
        )
    if driver.needs and find_spec(driver.needs) is None:
        raise ConfigurationError(
            f"Health checks of {scheme} databases need the package {driver.needs}, which is not installed.",
            hint=f"pip install 'fraisier[{driver.extra}]'",
        )
    return driver


def _address(site: Site, check: HealthCheck) -> str:
    resolved = site.resolve(check.connection_string)
    return resolved.reveal() if isinstance(resolved, Secret) else resolved


def _without(address: str, text: str) -> str:
    """A driver's complaint without the address and the password in it."""
    from urllib.parse import unquote, urlsplit  # noqa: PLC0415 - only to say what went wrong

    text = text.replace(address, MASK)
    try:
        password = urlsplit(address).password
    except ValueError:
        return text
    for form in filter(None, (password, unquote(password or ""))):
        text = text.replace(form, MASK)
    return text


CHECK_TYPES.register("database", DatabaseCheck())
