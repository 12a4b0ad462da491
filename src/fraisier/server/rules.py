"""What one configuration says about deliveries, made ready once and replaced as a whole when it is read again."""

from __future__ import annotations

import msgspec

from fraisier.config import FraisierConfig
from fraisier.git.address import public
from fraisier.model.secret import Secret
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables
from fraisier.server.keyring import Keyring
from fraisier.server.routes import Routes, routes
from fraisier.server.source import Networks, networks


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """`otherwise` is the forge of deliveries that do not say where they come from; `limit` is per minute and hook."""

    keyring: Keyring
    routes: Routes
    proxies: Networks
    otherwise: str
    limit: int


def rules(config: FraisierConfig) -> Rules:
    """Raises `ConfigurationError` when a secret or the address of a repository cannot be resolved."""
    resolver = Resolver(Variables(config.path))

    def resolve(git_repo: str) -> str:
        """Credentials in an address do not matter here, set or not."""
        found = resolver.resolve(public(git_repo))
        return found.reveal() if isinstance(found, Secret) else found

    return Rules(
        keyring=Keyring(config),
        routes=routes(config, resolve),
        proxies=networks(config.server.trusted_proxies),
        otherwise=config.git.provider,
        limit=config.server.deliveries_per_minute,
    )
