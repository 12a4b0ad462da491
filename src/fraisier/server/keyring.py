"""Who may have signed a delivery: the forge's own secrets, and those of single environments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fraisier.config import FraisierConfig
from fraisier.errors import FraiseQLError
from fraisier.git.forge import GitProvider, get_provider, header, providers, webhook_keys
from fraisier.model.identity import Identity
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables
from fraisier.server.decision import Scope
from fraisier.server.refusal import Refusal

UNFIT: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What a forge's code raises when a payload is not what it expects."""


class Keyring:
    """The forges of one configuration, each with every set of secrets that may vouch for a delivery.

    Raises `ConfigurationError` when a secret cannot be resolved.
    """

    def __init__(self, config: FraisierConfig) -> None:
        self.forges = {name: get_provider(name, config) for name in providers()}
        self._own = {name: _own(forge, config) for name, forge in self.forges.items()}

    @property
    def is_empty(self) -> bool:
        """Whether nothing that arrives can be verified."""
        return not any(self._own.values()) and not any(
            webhook_keys(forge.config) or forge.config.get("allow_unsigned") for forge in self.forges.values()
        )

    def scope(self, forge: GitProvider, body: bytes, headers: dict[str, str]) -> Scope:
        """What the delivery may deploy. Raises `Refusal` when nobody vouches for it."""
        if _signed(forge, body, headers) or _may_be_unsigned(forge, headers):
            return None
        vouched = [identities for one, identities in self._own[forge.name] if _signed(one, body, headers)]
        if vouched:
            return frozenset[Identity]().union(*vouched)
        raise Refusal(
            401,
            "The signature is missing or wrong.",
            hint=f"The webhook's secret must be git.{forge.name}.webhook_secret, or else FRAISIER_WEBHOOK_SECRET.",
        )


Own = list[tuple[GitProvider, frozenset[Identity]]]


def _own(forge: GitProvider, config: FraisierConfig) -> Own:
    """The forge once more for each secret that environments have for themselves."""
    resolve = Resolver(Variables(config.path)).resolve
    by_secrets: dict[tuple[Any, ...], set[Identity]] = {}
    for fraise in config.fraises.values():
        for one in fraise.environments.values():
            if one.pushes.webhook_secrets:
                by_secrets.setdefault(one.pushes.webhook_secrets, set()).add(one.identity)
    return [
        (type(forge)(_with(forge.config, list(map(resolve, secrets)))), frozenset(identities))
        for secrets, identities in by_secrets.items()
    ]


def _with(config: Mapping[str, Any], secrets: list[Any]) -> dict[str, Any]:
    return {**config, "webhook_secret": secrets, "secret_token": None}


def _signed(forge: GitProvider, body: bytes, headers: dict[str, str]) -> bool:
    try:
        return forge.verify_webhook_signature(body, headers) is True
    except (*UNFIT, FraiseQLError):
        return False


def _may_be_unsigned(forge: GitProvider, headers: Mapping[str, str]) -> bool:
    """`allow_unsigned` is about deliveries that carry no signature: a wrong one is always refused."""
    names = (forge.get_signature_header_name(), "webhook-signature")
    return forge.config.get("allow_unsigned") is True and not any(header(headers, name) for name in names)
