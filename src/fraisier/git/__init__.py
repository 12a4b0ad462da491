"""Forges, which send webhooks, and repositories, which hold commits.

`GitProvider`, `WebhookEvent`, `register_provider` and `get_provider` are documented names (prd, "Git providers").
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fraisier.git.forge import GitProvider, WebhookEvent, get_provider, register_provider

__all__ = ["GitProvider", "WebhookEvent", "get_provider", "register_provider"]


def __getattr__(name: str) -> Any:
    """Load what a webhook needs only when somebody asks for it; fetching a commit does not."""
    if name in __all__:
        return getattr(import_module("fraisier.git.forge"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
