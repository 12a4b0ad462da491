"""An effect runs once, detached, to its end or its deadline, whatever becomes of the connection."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from fraisier.errors import FenceRefused, StepFailed, Unreachable
from fraisier.hosts.connection import Connection, ConnectionEnded
from fraisier.hosts.reader import described
from fraisier.model.command import command
from tests.support.fenced import Way, until
from tests.support.processes import alive

STUBBORN = "trap '' TERM; while :; do sleep 0.1; done"
FAMILY = f"""
(setsid sh -c "{STUBBORN}" $0-grandchild & ) &
sh -c "{STUBBORN}" $0-child &
touch "$1"
wait
"""


def family(fenced, ready):
    """A child that ignores SIGTERM, and a grandchild that also left its parent, its group and its session."""
    return ("sh", "-c", FAMILY, fenced.marker, str(ready))


def waiting(fenced, tmp_path):
    """Notes that it ran, then waits for the file `go`."""
    script = 'echo ran >> "$1/runs"; until [ -e "$1/go" ]; do sleep 0.02; done; echo through'
    return command("sh", "-c", script, fenced.marker, str(tmp_path), deadline=30)


async def test_the_exit_code_is_an_answer(fenced):
    async with fenced.host(1) as host:
        result = await host.run(command("sh", "-c", "echo out; echo err >&2; exit 3"))
    assert (result.exit_code, result.output, result.timed_out) == (3, "out\nerr\n", False)


async def test_death_by_signal_is_a_negative_exit_code(fenced):
    async with fenced.host(1) as host:
        assert (await host.run(command("sh", "-c", "kill -USR1 $$"))).exit_code == -signal.SIGUSR1


async def test_what_cannot_start_says_so(fenced, tmp_path):
    async with fenced.host(1) as host:
        missing = await host.run(command("no-such-program"))
        nowhere = await host.run(command("true", cwd=str(tmp_path / "nowhere")))
        plain = await host.run(command(str(tmp_path)))
    assert (missing.exit_code, nowhere.exit_code, plain.exit_code) == (127, 127, 126)
    assert "no-such-program" in missing.output
    assert "nowhere" in nowhere.output


async def test_the_same_key_never_runs_twice(fenced, tmp_path):
    note = command("sh", "-c", 'echo ran >> "$0"; echo told', str(tmp_path / "runs"))
    for _ in range(2):
        async with fenced.host(1) as host:
            results = [await host.during("003-apply").run(note) for _ in range(2)]
            assert [result.output for result in results] == ["told\n", "told\n"]
    assert (tmp_path / "runs").read_text() == "ran\n"


async def test_effects_of_one_attempt_are_numbered(fenced):
    async with fenced.host(7) as host:
        attempt = host.during("003-apply")
        assert [(await attempt.run(command("echo", word))).output for word in "ab"] == ["a\n", "b\n"]
    assert fenced.file(7, "003-apply-2.log").read_text() == "b\n"


async def test_a_key_cannot_be_used_for_another_command(fenced):
    async with fenced.host(1) as host:
        await host.during("003-apply").run(command("true"))
        with pytest.raises(StepFailed, match="was another command"):
            await host.during("003-apply").run(command("false"))


async def test_a_broken_connection_is_attached_to_again(fenced, tmp_path):
    async with fenced.host(1) as host:
        running = asyncio.create_task(host.run(waiting(fenced, tmp_path)))
        await until((tmp_path / "runs").exists)
        fenced.way.cut()
        await until(lambda: len(fenced.way.pids) == 2)
        fenced.way.cut()
        (tmp_path / "go").touch()
        result = await running
    assert (result.exit_code, result.output) == (0, "through\n")
    assert (tmp_path / "runs").read_text() == "ran\n"


async def test_a_new_host_of_the_same_token_attaches(fenced, tmp_path):
    async with fenced.host(1) as first, fenced.host(1) as second:
        asked = [asyncio.create_task(host.run(waiting(fenced, tmp_path))) for host in (first, second)]
        await until((tmp_path / "runs").exists)
        (tmp_path / "go").touch()
        results = await asyncio.gather(*asked)
    assert [result.output for result in results] == ["through\n", "through\n"]
    assert (tmp_path / "runs").read_text() == "ran\n"


async def test_an_effect_goes_on_when_its_owner_is_gone(fenced, tmp_path):
    owner = Connection(await fenced.way.open())
    await owner.start()
    fence = {"installation_id": "here", "lane": "shop/production", "token": 1, "folder": str(fenced.folder)}
    what = described(waiting(fenced, tmp_path), fenced.redactor)
    asked = asyncio.create_task(owner.ask({"do": "run", "fence": fence, "effect": "build-1", **what}))
    await until((tmp_path / "runs").exists)
    await owner.close()
    with pytest.raises(ConnectionEnded):
        await asked
    assert not alive(fenced.way.pids[0])
    assert fenced.running()
    (tmp_path / "go").touch()
    async with fenced.host(1) as host:
        assert (await host.during("build").run(waiting(fenced, tmp_path))).output == "through\n"
    assert (tmp_path / "runs").read_text() == "ran\n"


async def test_a_machine_that_does_not_come_back_is_unreachable(fenced, tmp_path, monkeypatch):
    monkeypatch.setattr("fraisier.hosts.line.RETURNS_WITHIN", 0.01)
    async with fenced.host(1) as host:
        running = asyncio.create_task(host.run(waiting(fenced, tmp_path)))
        await until((tmp_path / "runs").exists)
        monkeypatch.setattr(fenced.way, "_python", "/no/such/python3")
        fenced.way.cut()
        with pytest.raises(Unreachable, match="localhost does not answer") as failed:
            await running
    assert "goes on by itself" in failed.value.hint
    assert fenced.running()


async def test_an_effect_whose_supervisor_was_killed_is_lost_and_its_rest_is_ended(fenced, tmp_path):
    async with fenced.host(1) as host:
        running = asyncio.create_task(host.run(waiting(fenced, tmp_path)))
        await until((tmp_path / "runs").exists)
        os.kill(fenced.supervisor(1, "effect-1"), signal.SIGKILL)
        with pytest.raises(StepFailed, match="nobody knows"):
            await running
        assert fenced.running() == []
        with pytest.raises(StepFailed, match="nobody knows"):
            await host.during("effect").run(waiting(fenced, tmp_path))
    assert (tmp_path / "runs").read_text() == "ran\n"


async def test_an_effect_from_before_a_restart_of_the_machine_is_lost(fenced, tmp_path):
    async with fenced.host(1) as host:
        running = asyncio.create_task(host.run(waiting(fenced, tmp_path)))
        await until((tmp_path / "runs").exists)
        fenced.change(fenced.file(1, "effect-1.json"), boot_id="another")
        with pytest.raises(StepFailed, match="machine restarted"):
            await host.during("effect").run(waiting(fenced, tmp_path))
        (tmp_path / "go").touch()
        await running


async def test_after_a_restart_a_missing_record_proves_nothing(fenced):
    async with fenced.host(1) as host:
        await host.run(command("true"))
        fenced.change(fenced.folder / "fence.json", boot_id="another")
        assert (await host.during("effect").run(command("true"))).ok, "its result is still known"
        for _ in range(2):
            with pytest.raises(StepFailed, match="machine restarted"):
                await host.during("power-loss").run(command("true"))
        assert (await host.during("undo").run(command("true"))).ok


async def test_the_deadline_ends_the_whole_family(fenced, tmp_path):
    async with fenced.host(1) as host:
        result = await host.run(command(*family(fenced, tmp_path / "ready"), deadline=0.5))
    assert (tmp_path / "ready").exists()
    assert (result.timed_out, result.exit_code) == (True, -signal.SIGTERM)
    assert 5 <= result.seconds < 8, "the stubborn ones have 5 s to end by themselves"
    assert fenced.running() == []


async def test_a_cancelled_effect_is_gone_when_run_returns(fenced, tmp_path):
    async with fenced.host(1) as host:
        running = asyncio.create_task(host.run(waiting(fenced, tmp_path)))
        await until((tmp_path / "runs").exists)
        assert fenced.running()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert fenced.running() == []
        assert (await host.during("effect").run(waiting(fenced, tmp_path))).exit_code == -signal.SIGTERM


async def test_an_effect_cancelled_before_the_host_heard_of_it_never_runs(fenced, tmp_path):
    touch = command("touch", str(tmp_path / "touched"))
    async with fenced.host(1) as host:
        os.kill(fenced.way.pids[0], signal.SIGSTOP)
        running = asyncio.create_task(host.run(touch))
        await asyncio.sleep(0)
        running.cancel()
        fenced.way.cut()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await host.during("effect").run(touch)).exit_code == -signal.SIGTERM
    assert not (tmp_path / "touched").exists()


async def test_an_effect_that_is_overtaken_is_refused_not_failed(fenced, tmp_path):
    async with fenced.host(1) as old, fenced.host(2) as new:
        running = asyncio.create_task(old.run(waiting(fenced, tmp_path)))
        await until((tmp_path / "runs").exists)
        await new.raise_fence()
        assert fenced.running() == []
        with pytest.raises(FenceRefused, match="token 2"):
            await running


async def test_a_daemon_outlives_its_effect_its_connection_and_its_token(fenced):
    script = 'setsid sh -c "while :; do sleep 0.1; done" $0 >/dev/null 2>&1 & '
    async with fenced.host(1) as host:
        assert (await host.run(command("sh", "-c", script, fenced.marker))).ok
    async with fenced.host(2) as host:
        await host.raise_fence()
        assert len(fenced.running()) == 1


async def test_long_output_does_not_block_and_its_end_is_kept(fenced):
    script = "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo the end"
    async with fenced.host(1) as host:
        results = [await host.run(command("sh", "-c", script)), await host.look(command("sh", "-c", script))]
    for result in results:
        assert len(result.output) == 64 * 1024
        assert result.output.endswith("x\nthe end\n")
    assert fenced.file(1, "effect-1.log").stat().st_size == 64 * 1024


async def test_output_that_is_not_utf8_is_replaced(fenced):
    broken = command("printf", r"caf\351 \303\251")
    async with fenced.host(1) as host:
        assert (await host.run(broken)).output == "caf\ufffd é"
        assert (await host.look(broken)).output == "caf\ufffd é"


async def test_standard_input_is_given_and_closed(fenced):
    long = "é" * 3_000_000
    async with fenced.host(1) as host:
        assert (await host.run(command("cat"))).output == ""
        assert (await host.run(command("cat", stdin="told"))).output == "told"
        assert (await host.run(command("wc", "-c", stdin=long))).output.strip() == "6000000"
        assert (await host.run(command("true", stdin=long))).ok, "nobody has to read it"


async def test_the_environment_is_clean(fenced, monkeypatch):
    monkeypatch.setenv("LEAKED", "from the observer")
    monkeypatch.setenv("LANG", "fr_FR.ISO-8859-1")
    async with fenced.host(1) as host:
        result = await host.run(command("env", env={"PORT": "8123"}))
        umask = await host.run(command("sh", "-c", "umask; pwd"))
    names = [line.partition("=")[0] for line in result.output.splitlines()]
    assert sorted(names) == ["HOME", "LANG", "PATH", "PORT"]
    assert "LANG=C.UTF-8\n" in result.output
    assert umask.output == "0022\n/\n"


async def test_it_works_in_an_empty_environment(fenced, monkeypatch):
    for name in list(os.environ):
        monkeypatch.delenv(name)
    async with fenced.host(1) as host:
        result = await host.run(command("sh", "-c", "echo $HOME; ls / >/dev/null && echo found"))
    import pwd

    assert result.output == f"{pwd.getpwuid(os.getuid()).pw_dir}\nfound\n"


async def test_it_works_below_a_program_that_ignores_signals(tmp_path, fenced):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ntrap "" CHLD TERM HUP PIPE INT\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    fenced.way = Way(str(python))
    async with fenced.host(1) as host:
        assert (await host.run(command("sh", "-c", "kill -TERM $$"))).exit_code == -signal.SIGTERM
        assert (await host.run(command("sleep", "60", deadline=0.2))).timed_out
        assert (await host.look(command("sh", "-c", "exit 3"))).exit_code == 3


async def test_no_descriptor_of_ours_reaches_a_command(fenced):
    async with fenced.host(1) as host:
        result = await host.run(command("sh", "-c", "ls /proc/$$/fd", stdin="x"))
    assert result.output.split() == ["0", "1", "2"]


async def test_a_folder_that_cannot_be_written_is_one_clear_error(fenced, tmp_path):
    fenced.folder = type(fenced.folder)("/sys/fraisier")
    async with fenced.host(1) as host:
        with pytest.raises(StepFailed, match=r"localhost: user \d+ must be able to write in /sys/fraisier: "):
            await host.run(command("touch", str(tmp_path / "touched")))
    assert not (tmp_path / "touched").exists()


async def test_many_effects_at_once_on_one_connection(fenced):
    async with fenced.host(1) as host:
        jobs = [host.during(f"job-{n}").run(command("sh", "-c", f"sleep 0.2; echo {n}")) for n in range(10)]
        results = await asyncio.wait_for(asyncio.gather(*jobs), 2)
    assert [result.output for result in results] == [f"{n}\n" for n in range(10)]
