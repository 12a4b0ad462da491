"""One deployment to many hosts by the engine, as a process: `python -m bench.hosts_ours FOLDER HOSTS COMMIT`."""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

from fraisier.config.environment import Environment
from fraisier.config.health_check import HealthCheck
from fraisier.database import Database
from fraisier.engine.survey import Wanted
from fraisier.model.identity import Identity
from fraisier.model.report import Silent
from fraisier.observer.asking import Asking
from fraisier.observer.desk import Desk

gc.set_threshold(150_000)  # as the entry point of the command has it


class One:
    """A configuration with one environment: fetch, export, one command, switch, and a check of a port."""

    def __init__(self, folder: Path, hosts: int) -> None:
        self.path = str(folder / "fraises.yaml")
        self._environment = Environment(
            fraise="bench",
            environment=f"hosts-{hosts}",
            type="api",
            git_repo=str(folder / "origin.git"),
            app_path="/srv/bench",
            build=("true",),
            health_checks=(HealthCheck(type="tcp", host="127.0.0.1", port=22, retries=0),),
            hosts=tuple(f"h{number}" for number in range(1, hosts + 1)),
        )

    @property
    def identity(self) -> Identity:
        return self._environment.identity

    def get_fraise_environment(self, fraise: str, environment: str) -> Environment:
        del fraise, environment
        return self._environment


def main(folder: str, hosts: str, commit: str) -> None:
    one = One(Path(folder), int(hosts))
    with Database(Path(folder) / "fraisier.db") as database:
        wanted = Wanted(version=commit, force=True)
        asking = Asking(by="bench")
        deploy = Desk(one, database).deploy(one.identity, wanted=wanted, asking=asking, progress=Silent())
        report = asyncio.run(deploy)
    gc.freeze()  # as well
    if report.status != "success":
        sys.exit(str(report))


main(*sys.argv[1:])
