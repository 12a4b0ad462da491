from __future__ import annotations

import pytest

from fraisier.errors import CommandFailed
from fraisier.hosts.effect import effect, last_lines
from fraisier.model.command import CommandResult, command


class Host:
    name = "web1"

    def __init__(self, result):
        self.result = result

    async def run(self, what):
        return self.result


@pytest.mark.parametrize(
    ("result", "how"),
    [
        (CommandResult(exit_code=3), "failed on web1: exit code 3"),
        (CommandResult(exit_code=-9), "failed on web1: ended by signal 9"),
        (CommandResult(exit_code=-15, timed_out=True), "failed on web1: not done after 7 s, so it was ended"),
        (CommandResult(exit_code=0, timed_out=True), "failed on web1: not done after 7 s, so it was ended"),
    ],
)
async def test_how_it_ended(result, how):
    with pytest.raises(CommandFailed) as failure:
        await effect(Host(result), command("x", deadline=7), "The build", hint="Fix it.")
    assert failure.value.message == f"The build {how}"
    assert failure.value.hint == "Fix it."


async def test_the_last_twenty_lines_and_the_known_advice():
    output = "".join(f"line {number}\n" for number in range(30)) + "cp: No space left on device\n"
    with pytest.raises(CommandFailed) as failure:
        await effect(Host(CommandResult(exit_code=1, output=output)), command("x"), "Copying", hint="other")
    assert "line 11\n" in failure.value.message
    assert "line 10\n" not in failure.value.message
    assert "disk space" in failure.value.hint


def test_last_lines_of_nothing():
    assert last_lines("\n") == ""
