"""`fraisier doctor`: what is wrong here, and the command that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraisier.cli import findings
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.database import Database
    from fraisier.model.finding import Finding


@door("fraisier doctor", "fraisier doctor --json", name="doctor")
def command(app: App) -> int:
    """Say what is wrong here, and the command that mends it.

    Looks at the configuration, the database, git, folders, keys, services, disks, ports, repositories, lanes, and who
    is told of events, and changes nothing. Exits with 1 when something is wrong.
    """
    import asyncio

    from fraisier.database import Database
    from fraisier.doctor import here
    from fraisier.doctor.events import events, outbox
    from fraisier.doctor.lanes import lanes
    from fraisier.model.finding import Health

    config, first = _configuration(app)
    database = app.database(config) if config else Database()
    stored = list(here.database(database))
    sound = here.is_there(database) and all(each.health is not Health.PROBLEM for each in stored)
    found = [first, *stored, *here.mirrors(), *here.plugins()]
    found += [*lanes(database), *outbox(database)] if sound else []
    if config is not None:
        found += [*here.ssh_keys(config), *here.pushes(config)]
        found += asyncio.run(events(config, database))
        found += _there(config, database, database.installation_id if sound else "")
    return findings.show(app, found)


def _configuration(app: App) -> tuple[FraisierConfig | None, Finding]:
    from fraisier.errors import ConfigurationError
    from fraisier.model.finding import ok, problem

    try:
        config = app.config()
    except ConfigurationError as error:
        absent = "not found" in error.message
        return None, problem(
            "configuration", error.message, "fraisier init" if absent else "fraisier validate"
        )
    return config, ok("configuration", f"{config.path} is valid.")


def _there(config: FraisierConfig, database: Database, installation_id: str) -> list[Finding]:
    import asyncio

    from fraisier.doctor.targets import targets
    from fraisier.errors import FraiseQLError
    from fraisier.model.finding import problem
    from fraisier.observer.grounds import Grounds

    environments = [each for fraise in config.fraises.values() for each in fraise.environments.values()]
    try:
        return asyncio.run(targets(Grounds(database, config.path), environments, installation_id))
    except FraiseQLError as error:
        return [problem("this machine", error.message, error.hint)]
