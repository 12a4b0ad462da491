"""A command is a door; how one is made: the options that are valid everywhere, an example in its help, the shared `App`."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import click

from fraisier.cli import records
from fraisier.cli.app import App

Function = Callable[..., Any]


def door(
    *examples: str, name: str, json: bool = True, acts: bool = False
) -> Callable[[Function], click.Command]:
    """Make `function(app, ...)` a command. Its help ends with the examples; it returns an exit code or None.

    `acts`: it changes something, and says so in the log file.
    """

    def make(function: Function) -> click.Command:
        def called(*args: Any, **kwargs: Any) -> Any:
            app = click.get_current_context().ensure_object(App)
            records.start(records.wanted(verbose=app.verbose))
            if acts and not kwargs.get("dry_run"):
                from fraisier.cli import log_file

                log_file.start()
            return function(app, *args, **kwargs)

        wrapped = update_wrapper(called, function)
        helped = {"help_option_names": ["-h", "--help"]}  # a command may be a program of its own
        made = click.command(name, epilog=_shown(examples), context_settings=helped)(wrapped)
        made.params.extend(common_options(json=json))
        return made

    return make


def common_options(*, json: bool = False) -> list[click.Parameter]:
    """`-c`, `-v` and, where a command has an answer for machines, `--json`."""
    options: list[click.Parameter] = [
        click.Option(
            ["-c", "--config", "config_file"],
            metavar="FILE",
            help="Use this fraises.yaml.",
            expose_value=False,
            callback=_keep,
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            default=None,
            help="Say more: log records, and tracebacks of our own bugs.",
            expose_value=False,
            callback=_keep,
        ),
    ]
    if json:
        options.append(
            click.Option(
                ["--json"],
                is_flag=True,
                default=None,
                help="Print one JSON answer and nothing else on standard output.",
                expose_value=False,
                callback=_keep,
            )
        )
    return options


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None:
        setattr(ctx.ensure_object(App), str(param.name), value)


def _shown(examples: tuple[str, ...]) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  {example}" for example in examples)
