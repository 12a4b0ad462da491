"""Completion of fraise and environment names in the shell. A file with errors completes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli.app import App
from fraisier.errors import FraiseQLError

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.config.environment import Fraise


def fraises(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _known(ctx) if name.startswith(incomplete)]


def environments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Those of the fraise that was typed before, else of all."""
    known, typed = _known(ctx), ctx.params.get("fraise")
    names = (
        known.get(typed, []) if typed in known else sorted({name for each in known.values() for name in each})
    )
    return [name for name in names if name.startswith(incomplete)]


def members(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Those of the service group that was typed before."""
    config = _config(ctx)
    group = config.fraises.get(ctx.params.get("fraise", "")) if config else None
    return [name for name in (group.services if group else ()) if name.startswith(incomplete)]


def _known(ctx: click.Context) -> dict[str, list[str]]:
    config = _config(ctx)
    if config is None:
        return {}
    return {name: _environments(config, fraise) for name, fraise in config.fraises.items()}


def _environments(config: FraisierConfig, fraise: Fraise) -> list[str]:
    """Its own; for a service group those that all of its members have."""
    members = [list(config.fraises[one].environments) for one in fraise.services]
    first, *others = members or [list(fraise.environments)]
    return [name for name in first if all(name in other for other in others)]


def _config(ctx: click.Context) -> FraisierConfig | None:
    from fraisier.config import FraisierConfig

    try:
        return FraisierConfig(ctx.ensure_object(App).config_file)
    except FraiseQLError:
        return None
