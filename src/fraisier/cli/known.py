"""Completion of fraise and environment names in the shell. A file with errors completes nothing."""

from __future__ import annotations

import click

from fraisier.cli.app import App
from fraisier.errors import FraiseQLError


def fraises(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _known(ctx) if name.startswith(incomplete)]


def environments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Those of the fraise that was typed before, else of all."""
    known, typed = _known(ctx), ctx.params.get("fraise")
    names = (
        known.get(typed, []) if typed in known else sorted({name for each in known.values() for name in each})
    )
    return [name for name in names if name.startswith(incomplete)]


def _known(ctx: click.Context) -> dict[str, list[str]]:
    from fraisier.config import FraisierConfig

    try:
        config = FraisierConfig(ctx.ensure_object(App).config_file)
    except FraiseQLError:
        return {}
    return {name: list(fraise.environments) for name, fraise in config.fraises.items()}
