"""Some hosts on one bridge, and the folder they share. Nothing of them outlives who asked for them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hosts import needs, network, shell
from tests.hosts.layers import BASE, locked
from tests.hosts.machine import Machine, started
from tests.hosts.python import dependencies, fraisier
from tests.hosts.root import root

FLEETS = BASE / "fleets"
SLOTS = 200


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """`owner` is the process whose end is the fleet's; None for one that stays until it is taken down."""

    slot: int
    size: int
    layers: tuple[Path, ...]
    owner: int | None

    @property
    def folder(self) -> Path:
        return FLEETS / str(self.slot)

    @property
    def machines(self) -> list[Machine]:
        return [
            Machine(
                slot=self.slot,
                number=number,
                folder=self.folder / str(number),
                layers=self.layers,
                shared=self.folder / "shared",
                key=self.folder / "key",
            )
            for number in range(self.size)
        ]

    def up(self) -> None:
        self.folder.joinpath("shared").mkdir()
        shell.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / "key")
        network.open_bridge(self.slot)
        needs.make_room()
        for machine in self.machines:
            machine.up()

    def down(self) -> None:
        for machine in self.machines:
            machine.down()
        network.close_bridge(self.slot)
        if not any(os.path.ismount(machine.disk) for machine in self.machines):
            shutil.rmtree(self.folder)


def prepare() -> tuple[Path, ...]:
    """The layers of every host, made where they are missing. Raises `Missing`."""
    needs.check()
    base = root()
    below = dependencies(base)
    return fraisier(below, base), below, base


def open_fleet(size: int, owner: int | None) -> Fleet:
    """Bring up so many hosts. Raises `Missing`."""
    layers = prepare()
    with locked(BASE / "fleets.lock"):
        tidy()
        slot = next(slot for slot in range(SLOTS) if not (FLEETS / str(slot)).exists())
        fleet = Fleet(slot=slot, size=size, layers=layers, owner=owner)
        fleet.folder.mkdir(parents=True)
        described = [size, owner and [owner, started(owner)]]
        (fleet.folder / "fleet.json").write_text(json.dumps(described))
    try:
        fleet.up()
    except BaseException:
        fleet.down()
        raise
    return fleet


@contextmanager
def hosts(size: int = 1) -> Iterator[list[Machine]]:
    """So many hosts for this process, gone when the block ends."""
    fleet = open_fleet(size, os.getpid())
    try:
        yield fleet.machines
    finally:
        fleet.down()


def tidy(*, everything: bool = False) -> None:
    """Take down the fleets whose owner is gone; with `everything`, those that have no owner, too."""
    for folder in FLEETS.glob("*"):
        described = folder / "fleet.json"
        size, owner = json.loads(described.read_text()) if described.exists() else (0, [0, "never began"])
        if everything if owner is None else started(owner[0]) != owner[1]:
            Fleet(slot=int(folder.name), size=size, layers=(), owner=None).down()
