"""The targets that the suite of this folder is run against.

A provider joins with one entry: a name, and a function that opens a `Shop` whose environment is deployed there.
What the suite asks of a shop, beside its commands: `live_version`, `releases`, `seen` (where a file of the target is
seen from this machine) and `left_over` (what still runs there beside the service). `close` leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.compose_shop import ComposeShop, SshComposeShop
from tests.support.shop import Shop
from tests.support.ssh_shop import SshShop

Opener = Callable[[pytest.FixtureRequest, Path, Path], Iterator[Shop]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """`open` brings up what it needs, or skips."""

    name: str
    open: Opener
    marks: tuple[pytest.MarkDecorator, ...] = ()


def local(request: pytest.FixtureRequest, long: Path, short: Path) -> Iterator[Shop]:
    del request
    yield from closing(Shop(long, short))


def ssh(request: pytest.FixtureRequest, long: Path, short: Path) -> Iterator[Shop]:
    fleet = request.getfixturevalue("fleet")
    yield from closing(SshShop(long, short, fleet[:1]))


def compose(request: pytest.FixtureRequest, long: Path, short: Path) -> Iterator[Shop]:
    yield from closing(ComposeShop(long, short, request.getfixturevalue("engine")))


def ssh_compose(request: pytest.FixtureRequest, long: Path, short: Path) -> Iterator[Shop]:
    host, engine = request.getfixturevalue("docker_host")
    yield from closing(SshComposeShop(long, short, [host], [engine]))


def ssh_three(request: pytest.FixtureRequest, long: Path, short: Path) -> Iterator[Shop]:
    fleet = request.getfixturevalue("fleet")
    yield from closing(SshShop(long, short, fleet))


def closing(shop: Shop) -> Iterator[Shop]:
    try:
        yield shop
    finally:
        shop.close()


REAL_HOSTS = (pytest.mark.systemd, pytest.mark.timeout(400))
TARGETS = (
    Target(name="local", open=local),
    Target(name="compose", open=compose, marks=(pytest.mark.docker, pytest.mark.timeout(400))),
    Target(name="ssh+compose", open=ssh_compose, marks=(pytest.mark.docker, pytest.mark.timeout(400))),
    Target(name="ssh", open=ssh, marks=REAL_HOSTS),
    Target(name="three hosts", open=ssh_three, marks=REAL_HOSTS),
)


def params() -> list[pytest.param]:
    return [pytest.param(target, id=target.name, marks=target.marks) for target in TARGETS]


@contextmanager
def opened(target: Target, request: pytest.FixtureRequest, long: Path, short: Path) -> Iterator[Shop]:
    yield from target.open(request, long, short)
