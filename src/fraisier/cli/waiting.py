"""The options of `deploy` and `rollback` about a busy lane, and who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli.door import Function

if TYPE_CHECKING:
    from fraisier.observer.asking import Asking


def options(function: Function) -> Function:
    """`--wait/--no-wait`, `--wait-lock` and `--skip-if-locked`; `asking` makes one value of them."""
    wait = click.option(
        "--wait/--no-wait",
        default=True,
        show_default=True,
        help="Stay until it has ended; or leave it to fraisier serve or observe.",
    )
    wait_lock = click.option(
        "--wait-lock",
        metavar="SECONDS",
        type=click.FloatRange(min=0),
        help="How long to wait while another deployment runs there.  [default: 60]",
    )
    skip = click.option(
        "--skip-if-locked", is_flag=True, help="Do nothing, and exit with 3, when another one runs there."
    )
    return wait(wait_lock(skip(function)))


def asking(wait: bool, wait_lock: float | None, skip_if_locked: bool) -> Asking:
    """Raises a usage error for options that contradict each other."""
    from fraisier.cli import person
    from fraisier.observer.asking import Asking

    if wait_lock is not None and not wait:
        raise click.UsageError("--no-wait and --wait-lock exclude each other.")
    if wait_lock is not None and skip_if_locked:
        raise click.UsageError("--skip-if-locked and --wait-lock exclude each other.")
    return Asking(
        by=person.name(),
        where=person.place(),
        wait=wait,
        wait_lock=wait_lock,
        skip_if_locked=skip_if_locked,
    )
