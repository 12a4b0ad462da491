"""`fraisier`: find the command, run it, and turn however it ends into one message and an exit code."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn

import click

from fraisier.cli import failure, terminal
from fraisier.cli.app import App
from fraisier.cli.commands import LazyGroup
from fraisier.cli.door import common_options
from fraisier.errors import FraiseQLError


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        terminal.say(f"fraisier {version('fraisier')}")
        ctx.exit()


root = LazyGroup(
    "fraisier",
    help="Take a commit to a healthy, running service, and the last good version back if it is not.",
    epilog="\b\nExamples:\n  fraisier deploy my_api production\n  fraisier history my_api production",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=[
        *common_options(),
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_version,
            help="Show the version.",
        ),
    ],
)


def main(arguments: list[str], command: click.Command = root, name: str = "fraisier") -> int:
    """Run one command line. Returns the exit code; prints every error."""
    app = App(json="--json" in arguments)
    try:
        code = command.main(args=arguments, prog_name=name, standalone_mode=False, obj=app)
    except FraiseQLError as error:
        return failure.known(error, json=app.json)
    except click.ClickException as error:
        return failure.usage(error, json=app.json)
    except (click.Abort, KeyboardInterrupt):
        return failure.interrupted(json=app.json)
    except Exception as error:  # noqa: BLE001 - the one place where our own bugs become exit code 70
        return failure.bug(error, json=app.json, verbose=app.verbose)
    return code if isinstance(code, int) else 0


def run() -> NoReturn:
    """The entry point of the installed command."""
    code = main(sys.argv[1:])
    terminal.finish()
    gc.freeze()  # the interpreter looks for garbage on its way out; a tenth of a short command
    sys.exit(code)
