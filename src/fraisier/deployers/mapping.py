"""A plain mapping as an environment, for programs that have no fraises.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fraisier.config.environment import Environment
from fraisier.errors import ConfigurationError


def environment_of(config: Mapping[str, Any], type_: str, deployer: str | None) -> Environment:
    """The keys of an environment in fraises.yaml, and `fraise` and `environment`, which are the two names.

    Raises `ConfigurationError` as `FraisierConfig` does.
    """
    import yaml  # noqa: PLC0415 - who has a file has loaded it already

    from fraisier.config.reader import read  # noqa: PLC0415 - as above

    missing = [key for key in ("fraise", "environment") if not config.get(key)]
    if missing:
        raise ConfigurationError(
            f"The configuration of a deployer lacks {' and '.join(missing)}.",
            hint="Take it from FraisierConfig(…).get_fraise_environment(fraise, environment), or add the names.",
        )
    fraise, environment = str(config["fraise"]), str(config["environment"])
    keys = {key: value for key, value in config.items() if key not in {"fraise", "environment", "type"}}
    written = {
        "type": type_,
        **({"deployer": deployer} if deployer else {}),
        "environments": {environment: keys},
    }
    text = yaml.safe_dump({"fraises": {fraise: written}}, sort_keys=False)
    return read(text, "the deployer's configuration").fraises[fraise].environments[environment]
