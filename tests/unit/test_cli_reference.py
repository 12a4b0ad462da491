"""The page of commands says what the commands say."""

from fraisier.cli.commands import COMMANDS
from scripts.cli_reference import PAGE, page


def test_the_page_is_the_one_that_the_code_writes():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_command_has_a_place_on_it():
    headings = {line.removeprefix("### ") for line in page().splitlines() if line.startswith("### ")}
    assert set(COMMANDS) <= headings
    assert {"db prune", "plugin install", "config validate"} <= headings
