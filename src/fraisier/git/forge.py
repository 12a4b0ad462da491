"""Forges: who may send a webhook, and what it says. The documented interface for forges of your own.

A forge needs a `name`, `verify_webhook_signature` and `parse_webhook_event`; the rest has defaults. See the prd
("Custom provider") and architecture.md ("Git Provider Layer").
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from fraisier.config.forge import Forge
from fraisier.errors import ConfigurationError, FraiseQLError
from fraisier.model.registry import announce
from fraisier.model.secret import Secret
from fraisier.plugins.load import offers
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig


class MalformedEvent(FraiseQLError):
    """A webhook whose body is not what it claims to be."""

    code = "malformed_event"


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook says, the same for every forge.

    `repository` is `owner/name`; `repository_urls` are all addresses of it that the forge named; `ref` is the full
    name (`refs/heads/main`); `before_sha` is the commit that the branch had. Without any flag an `event_type` of
    `push` is a push. `also` are the other refs that the same push has moved: Bitbucket tells of all of them at once.
    """

    provider: str
    event_type: str
    branch: str | None = None
    commit_sha: str | None = None
    sender: str | None = None
    repository: str | None = None
    raw_payload: dict[str, Any] = msgspec.field(default_factory=dict)
    is_push: bool = False
    is_tag: bool = False
    is_merge_request: bool = False
    is_ping: bool = False
    is_deleted: bool = False
    ref: str | None = None
    before_sha: str | None = None
    delivery_id: str | None = None
    repository_urls: tuple[str, ...] = ()
    also: tuple[WebhookEvent, ...] = ()

    @property
    def pushes_branch(self) -> bool:
        """Whether a branch has a new commit: the one kind of event that deploys."""
        others = self.is_tag or self.is_merge_request or self.is_ping or self.is_deleted
        return (self.is_push or self.event_type == "push") and not others


class GitProvider(ABC):
    """One forge, with its part of the configuration. `headers` may be in any case; `payload` is the raw body."""

    name: ClassVar[str] = ""

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        self.config = dict(config or {})

    @abstractmethod
    def verify_webhook_signature(self, payload: bytes, headers: dict[str, str]) -> bool:
        """Whether whoever sent exactly these bytes knows the secret. Never raises for what a stranger sends."""

    @abstractmethod
    def parse_webhook_event(self, headers: dict[str, str], payload: dict[str, Any]) -> WebhookEvent:
        """What the webhook says. Raises `MalformedEvent` when body and headers do not fit together."""

    def get_signature_header_name(self) -> str:
        return "X-Hub-Signature-256"

    def get_event_header_name(self) -> str:
        return f"X-{self.name}-Event"

    def get_clone_url(self, repository: str) -> str:
        """The address of `owner/name`. Raises `ConfigurationError` without a `base_url`."""
        base = str(self.config.get("base_url") or "").rstrip("/")
        if not base:
            raise ConfigurationError(
                f"Where {self.name} lives is not known.", hint=f"Set git.{self.name}.base_url."
            )
        return f"{base}/{repository}.git"


class LowerCase(dict[str, str]):
    """Headers whose names are in lower case, so that nobody needs to look through all of them."""


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value whatever the case of its name; empty when it is absent."""
    wanted = name.lower()
    if isinstance(headers, LowerCase):
        return headers.get(wanted, "")
    return next((value for key, value in headers.items() if key.lower() == wanted), "")


def webhook_keys(config: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The secrets that may have signed: `webhook_secret`, or a list of two while one replaces the other.

    Empty ones and those that still hold an unresolved `${` are no keys.
    """
    written = config.get("webhook_secret") or config.get("secret_token") or ()
    secrets = [written] if isinstance(written, str | Secret) else written
    texts = [one.reveal() if isinstance(one, Secret) else one for one in secrets]
    return tuple(text.encode() for text in texts if text.strip() and "${" not in text)


_providers: dict[str, type[GitProvider]] = {}


def register_provider(provider: type[GitProvider]) -> None:
    """Make the forge known under its `name`. Raises `ConfigurationError` when it has none."""
    if not provider.name:
        raise ConfigurationError(f"{provider.__name__} has no name.", hint='Give the class `name = "…"`.')
    _providers[provider.name.lower()] = provider
    announce("forge", provider.name.lower())


def providers() -> dict[str, type[GitProvider]]:
    """Every forge by name: those that packages install, those in plugin files, and those that were registered."""
    for entry in entry_points(group="fraisier.forges"):
        if entry.name not in _providers:
            entry.load()
    for offer in offers("forge"):
        _providers.setdefault(offer.name.lower(), offer.cls)
    return dict(_providers)


def get_provider(name: str, config: FraisierConfig | Mapping[str, Any] | None = None) -> GitProvider:
    """The forge of that name, ready to verify. `config` is fraises.yaml, or what it says below `git.<name>`.

    Raises `ConfigurationError` when no forge has the name, or its secret cannot be resolved.
    """
    known = providers()
    if name.lower() not in known:
        raise ConfigurationError(
            f"No forge is called {name!r}.", hint=f"Known are {', '.join(sorted(known))}."
        )
    settings = config if config is None or isinstance(config, Mapping) else _settings(config, name.lower())
    return known[name.lower()](settings)


def _settings(config: FraisierConfig, name: str) -> dict[str, Any]:
    """What fraises.yaml says, resolved. `FRAISIER_WEBHOOK_SECRET` serves every forge without a secret of its own."""
    forge, variables = config.git.forges.get(name, Forge()), Variables(config.path)
    shared = ("${FRAISIER_WEBHOOK_SECRET}",) if variables.get("FRAISIER_WEBHOOK_SECRET") else ()
    resolve = Resolver(variables).resolve
    secrets = [resolve(text) for text in forge.webhook_secrets or shared]
    plain = msgspec.structs.asdict(forge)
    del plain["webhook_secrets"]
    return {**plain, "webhook_secret": secrets}
