"""The first screen is cheap, complete and true."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

import fraisier.cli
from fraisier.cli.commands import COMMANDS
from fraisier.cli.main import main, root
from fraisier.cli.webhook import command as webhook

HEAVY = {
    "asyncio",
    "httpx",
    "fastapi",
    "msgspec",
    "pydantic",
    "yaml",
    "rich",
    "sqlite3",
    "uvicorn",
    "json",
    "logging",
}


def loaded_by(*arguments):
    """The modules that an interpreter holds after this command line."""
    script = (
        "import sys\n"
        "from fraisier.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        "print(code, *sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    code, *modules = done.stderr.splitlines()[-1].split()
    assert code == "0", done.stderr
    return {module.partition(".")[0] for module in modules}, {
        name for name in modules if name.startswith("fraisier")
    }


def test_help_imports_click_and_almost_nothing_else():
    heavy, ours = loaded_by("--help")
    assert heavy.isdisjoint(HEAVY)
    assert {name for name in ours if name.startswith("fraisier.cli.")} <= {
        "fraisier.cli.main",
        "fraisier.cli.commands",
        "fraisier.cli.door",
        "fraisier.cli.app",
        "fraisier.cli.failure",
        "fraisier.cli.terminal",
        "fraisier.cli.records",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name):
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert command.help.splitlines()[0] == COMMANDS[name]


def commands(group):
    return group.commands.values() if isinstance(group, click.Group) else [group]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_and_takes_the_common_options(name):
    for command in commands(root.get_command(click.Context(root), name)):
        assert f"fraisier {name}" in command.epilog
        assert {"config_file", "verbose"} <= {parameter.name for parameter in command.params}


def test_every_module_with_a_command_is_in_the_table():
    made = {
        path.stem
        for path in Path(fraisier.cli.__file__).parent.glob("*.py")
        if any(line.startswith(("def command(", "command = ")) for line in path.read_text().splitlines())
    }
    assert made == {name.replace("-", "_") for name in COMMANDS} | {"webhook"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frobnicate"], "No such command 'frobnicate'."),
        (["deploy"], "Missing argument 'FRAISE'."),
        (["history", "--limit", "none"], "Invalid value for '--limit': 'none' is not a valid integer range."),
        (["history", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1."),
    ],
)
def test_usage_errors_are_one_message_and_exit_2(capsys, arguments, message):
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"Error: {message}\nHint: fraisier")
    assert main([*arguments, "--json"]) == 2
    told = capsys.readouterr()
    assert told.err == ""
    error = json.loads(told.out)
    assert error["schema"] == 1
    assert error["error"]["message"] == message
    assert set(error["error"]) == {"code", "message", "hint", "exit_code"}


def test_no_arguments_show_the_help(capsys):
    assert main([]) == 2
    assert "Deploy:" in capsys.readouterr().err


def test_the_other_name_of_serve_has_the_same_help(capsys):
    assert main(["-h"], webhook, "fraisier-webhook") == 0
    assert "Usage: fraisier-webhook [OPTIONS]" in capsys.readouterr().out
