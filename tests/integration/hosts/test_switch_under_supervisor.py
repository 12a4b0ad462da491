"""The switch with a real supervisord and a real service: forwards, back, back to nothing, interrupted, in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from fraisier.errors import StepFailed
from fraisier.hosts import files, layout
from fraisier.hosts.service_manager import service_manager
from fraisier.model.step import NotUndone, Seen
from tests.support import processes
from tests.support.lane import mode, names_in, of_process, open_files, parent, written

supervisor = service_manager("supervisor")


async def test_first_and_second_switch_and_back(lane):
    await lane.release("1-aaaaaaa")
    assert await lane.switch("1-aaaaaaa", None, "check") is Seen.NOT_DONE
    await lane.switch("1-aaaaaaa", None)
    first = lane.answer()
    assert first["version"] == "1-aaaaaaa"
    assert lane.current() == "releases/1-aaaaaaa"
    assert await lane.switch("1-aaaaaaa", None, "check") is Seen.DONE

    await lane.release("2-bbbbbbb")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    second = lane.answer()
    assert second["version"] == "2-bbbbbbb"
    assert not processes.alive(first["pid"])
    assert (await lane.processes())[0] == second["pid"]
    assert await lane.switch("1-aaaaaaa", None, "check") is Seen.NOT_DONE

    await lane.switch("2-bbbbbbb", "1-aaaaaaa", "undo")
    assert lane.answer()["version"] == "1-aaaaaaa"
    assert lane.current() == "releases/1-aaaaaaa"


async def test_undoing_what_was_never_begun_restarts_nothing(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    pid = lane.answer()["pid"]
    await lane.release("2-bbbbbbb")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa", "undo")
    assert lane.answer()["pid"] == pid


async def test_a_first_switch_is_undone_to_nothing(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    lane.answer()
    for _ in range(2):
        await lane.switch("1-aaaaaaa", None, "undo")
        assert not lane.listens()
        assert lane.current() is None
        assert processes.belonging_to(lane.folder("1-aaaaaaa").parent.parent) == {}
    assert names_in(lane.private(), "s*") <= {"service.log", "supervisord.log", "supervisord.out"}


@pytest.mark.parametrize("effects", range(6))
async def test_a_switch_killed_between_two_effects_is_finished_or_undone(lane, effects):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    await lane.release("2-bbbbbbb")
    whole = lane.site.host
    lane.site.host = Dying(whole, effects)
    if effects < 5:  # make the folder, copy the unit, point, stop, start
        with pytest.raises(Killed):
            await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    else:
        await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    lane.site.host = whole
    if effects % 2:
        await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa", "undo")
    assert lane.answer()["version"] == "1-aaaaaaa"
    assert await lane.switch("1-aaaaaaa", None, "check") is Seen.DONE
    await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert lane.answer()["version"] == "2-bbbbbbb"


class Killed(Exception):
    pass


class Dying:
    """A host whose user dies before effect number `after` + 1."""

    def __init__(self, host, after):
        self._host, self._left = host, after

    async def run(self, what):
        if self._left == 0:
            raise Killed
        self._left -= 1
        return await self._host.run(what)

    def __getattr__(self, name):
        return getattr(self._host, name)


async def test_a_service_that_ignores_sigterm_is_killed(lane):
    await lane.release("1-aaaaaaa", "stubborn")
    await lane.switch("1-aaaaaaa", None)
    old = lane.answer()["pid"]
    await lane.release("2-bbbbbbb")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert lane.answer()["version"] == "2-bbbbbbb"
    assert not processes.alive(old)


async def test_a_child_that_left_its_group_is_ended_with_the_service(lane):
    await lane.release("1-aaaaaaa", "escaped")
    await lane.switch("1-aaaaaaa", None)
    lane.answer()
    assert processes.until(lambda: len(processes.belonging_to(lane.folder("1-aaaaaaa"))) >= 2)
    old = await lane.processes()
    await lane.release("2-bbbbbbb")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert lane.answer()["version"] == "2-bbbbbbb"
    assert not any(map(processes.alive, old))


DAEMON = """\
import os, socket, sys, time
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
if os.fork():
    time.sleep(600)
os.setsid()
if os.fork():
    os._exit(0)
open("escaped", "w").write(str(os.getpid()))
time.sleep(600)
"""


async def test_an_escaped_process_that_holds_the_port_is_named_and_nothing_is_stopped(lane):
    await lane.release("1-aaaaaaa", argv=[sys.executable, "-c", DAEMON])
    await lane.switch("1-aaaaaaa", None)
    escaped = written(lane.folder("1-aaaaaaa") / "escaped")
    before = await lane.processes()
    await lane.release("2-bbbbbbb")
    with pytest.raises(StepFailed) as failure:
        await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert f"pid {escaped} (" in failure.value.message
    assert sys.executable in failure.value.message
    assert str(lane.port) in failure.value.message
    assert "kill" in failure.value.hint
    assert await lane.processes() == before
    assert lane.current() == "releases/1-aaaaaaa"


async def test_a_service_whose_supervisord_was_killed_is_found_and_replaced(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    old = lane.answer()["pid"]
    supervisord = parent(old)
    os.kill(supervisord, signal.SIGKILL)
    assert processes.until(lambda: not processes.alive(supervisord))
    assert await lane.processes() == [old]
    await lane.release("2-bbbbbbb")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert lane.answer()["version"] == "2-bbbbbbb"
    assert not processes.alive(old)


async def test_one_supervisord_outlives_us_in_its_own_session(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    supervisord = parent(lane.answer()["pid"])
    assert os.getsid(supervisord) == supervisord
    assert os.getpgid(supervisord) == supervisord
    await lane.release("2-bbbbbbb")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert parent(lane.answer()["pid"]) == supervisord
    assert not [file for file in open_files(supervisord) if "fence" in file]
    assert "running as root" not in written(lane.private("supervisord.log"))


async def test_a_crash_is_followed_by_another_start(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    first = lane.answer()["pid"]
    os.kill(first, signal.SIGKILL)
    assert processes.until(lambda: not processes.alive(first))
    assert lane.answer()["pid"] != first


async def test_a_program_that_is_not_there_fails_the_switch_and_says_so(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    lane.answer()
    await lane.release("2-bbbbbbb", argv=["no-such-program"])
    with pytest.raises(StepFailed) as failure:
        await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert "cannot start no-such-program" in failure.value.message
    await lane.switch("2-bbbbbbb", "1-aaaaaaa", "undo")
    assert lane.answer()["version"] == "1-aaaaaaa"


async def test_a_release_that_dies_again_and_again_is_replaced_by_the_old_one(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    lane.answer()
    await lane.release("2-bbbbbbb", "dies")
    with suppress(StepFailed):  # the death may be seen by then, or not yet
        await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert processes.until(lambda: "cannot start" in written(lane.private("service.log")))
    await lane.switch("2-bbbbbbb", "1-aaaaaaa", "undo")
    assert lane.answer()["version"] == "1-aaaaaaa"


async def test_back_to_a_release_without_a_unit_says_what_is_left(lane):
    await lane.release("1-aaaaaaa")
    await lane.host.run(files.remove(layout.unit_path(lane.app_path, "1-aaaaaaa")))
    await lane.release("2-bbbbbbb")
    await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    left = await lane.switch("2-bbbbbbb", "1-aaaaaaa", "undo")
    assert isinstance(left, NotUndone)
    assert "1-aaaaaaa" in left.what
    assert lane.current() == "releases/1-aaaaaaa"
    assert not lane.listens()


async def test_a_release_that_was_never_staged_is_refused_before_anything_stops(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    pid = lane.answer()["pid"]
    with pytest.raises(StepFailed, match="is missing"):
        await lane.switch("2-bbbbbbb", "1-aaaaaaa")
    assert lane.answer()["pid"] == pid


async def test_what_the_service_writes_can_be_read(lane):
    await lane.release("1-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    lane.answer()
    assert "starting 1-aaaaaaa (well)" in await supervisor.logs(lane.host, lane.service, 5)


HOSTILE = {
    "PERCENT": "100%% %(here)s %s %",
    "QUOTES": """both " and ' and \\" and `backticks` and $(touch pwned) and $HOME""",
    "LINES": "first\n[program:evil]\ncommand=/bin/true\n\n  last\n",
    "COMMENT": "a ; b # c",
    "COMMAS": ',x=y,"',
    "SPACES": "  around  ",
    "BACK": "slash\\",
    "EMPTY": "",
    "UNICODE": "grüße 🍓 \x01\x7f\t\r",
}


async def test_hostile_values_arrive_byte_for_byte_and_nothing_else_does(lane):
    argv = [sys.executable, "-c", "import time; time.sleep(600)", *HOSTILE.values()]
    await lane.release("1-aaaaaaa", argv=argv, **HOSTILE)
    await lane.switch("1-aaaaaaa", None)
    (pid,) = await lane.processes()
    assert of_process(pid, "cmdline") == argv
    env = dict(pair.split("=", 1) for pair in of_process(pid, "environ"))
    expected = {"PORT": str(lane.port), "FRAISIER_VERSION": "1-aaaaaaa", **HOSTILE}
    assert {name: value for name, value in env.items() if name not in {"PATH", "HOME", "LANG"}} == expected


async def test_the_env_file_means_the_same_to_a_shell(lane):
    await lane.release("1-aaaaaaa", **HOSTILE)
    path = layout.env_path(lane.app_path, "1-aaaaaaa")
    assert mode(path) == 0o600
    env = as_a_shell_reads(path)
    assert {name: env[name] for name in HOSTILE} == HOSTILE


def as_a_shell_reads(path):
    shown = subprocess.run(
        ["env", "-i", "sh", "-c", 'set -a; . "$1"; /usr/bin/env -0', "sh", path],
        capture_output=True,
        check=True,
    )
    return dict(pair.decode().split("=", 1) for pair in shown.stdout.split(b"\0")[:-1])
