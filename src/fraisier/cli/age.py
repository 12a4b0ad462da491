"""Ages as people type them, such as 90d; and the option of everything that observes to keep no older rows."""

from __future__ import annotations

import click

from fraisier.cli.door import Function


def seconds(_ctx: click.Context, param: click.Parameter, text: str | None) -> float | None:
    """A click callback. Raises a usage error that names what may be written."""
    from fraisier.config.units import seconds

    if text is None:
        return None
    try:
        return seconds(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint=f"'{param.opts[0]}'") from None


def keep(function: Function) -> Function:
    """`--keep`, of everything that observes."""
    return click.option(
        "--keep",
        metavar="TIME",
        envvar="FRAISIER_KEEP",
        callback=seconds,
        help="Once a day, do what `fraisier db prune --older-than TIME` does; default: keep everything.",
    )(function)
