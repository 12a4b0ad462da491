"""`fraisier provider-test`: can a provider work here?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from fraisier.cli import findings
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.config.environment import Environment

TESTABLE: Final = ("bare_metal", "docker_compose")
PROMISED: Final = frozenset({"docker", "coolify", "aws", "scaleway", "ovh", "kubernetes"})


@door(
    "fraisier provider-test bare_metal",
    "fraisier provider-test docker_compose",
    "fraisier provider-test bare_metal --config-file provider.yaml",
    name="provider-test",
)
@click.argument("provider", metavar="TYPE")
@click.option(
    "--config-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The keys of one environment, or a whole fraises.yaml; default: what -c says, if anything.",
)
def command(app: App, provider: str, config_file: Path | None) -> int:
    """Check that a provider can work here.

    Looks at this machine, or connects to those of every environment that uses it, and looks there. Tells a key that
    is not let in, an unknown host key and a network that does not answer apart. Changes nothing. Exits with 1 when
    something is wrong.
    """
    import asyncio

    from fraisier.config.section import normal
    from fraisier.database import Database
    from fraisier.doctor import targets
    from fraisier.errors import NotSupportedYet
    from fraisier.observer.grounds import Grounds
    from fraisier.providers.provider import PROVIDERS

    kind = normal(provider)
    if kind not in {*TESTABLE, *PROMISED}:
        PROVIDERS.find(provider)
    if kind not in TESTABLE:
        raise NotSupportedYet(
            f"Testing the provider {provider} is not supported yet.",
            hint=f"Testable: {', '.join(TESTABLE)}.",
        )
    config, environments = _named(app, config_file)
    database = app.database(config) if config else Database()
    chosen = [each for each in environments if each.provider == kind]
    grounds = Grounds(database, config.path if config else None)
    found = asyncio.run(targets.machines(grounds, [kind], chosen, database.installation_id))
    return findings.show(app, found, provider=kind)


def _named(app: App, file: Path | None) -> tuple[FraisierConfig | None, list[Environment]]:
    """The environments of the file that is named; without one, those of fraises.yaml where there is one."""
    from fraisier.config import FraisierConfig
    from fraisier.config.problem import InvalidConfiguration
    from fraisier.doctor.provider_file import environments_of, is_whole
    from fraisier.errors import ConfigurationError

    if file is not None and not is_whole(file):
        return None, environments_of(file)
    try:
        config = FraisierConfig(file or app.config_file)
    except InvalidConfiguration:
        raise
    except ConfigurationError:
        if file or app.config_file:
            raise
        return None, []
    return config, [each for fraise in config.fraises.values() for each in fraise.environments.values()]
