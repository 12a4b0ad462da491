"""Looking at a machine changes nothing on it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from fraisier.errors import FenceRefused, StepFailed, Unreachable
from fraisier.hosts.fenced import open_reader
from fraisier.hosts.launch import remember
from fraisier.model.command import command
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor
from tests.support.fenced import until


@pytest.fixture
async def host(fenced):
    async with open_reader(fenced.way, fenced.redactor) as host:
        yield host


async def test_a_host_that_only_reads_leaves_no_folder(fenced):
    async with fenced.host(1) as host:
        assert (await host.look(command("echo", "seen"))).output == "seen\n"
        assert await host.list_folder(str(fenced.folder)) is None
        assert await host.read_text(str(fenced.folder / "fence.json")) is None
    assert not fenced.folder.exists()


async def test_who_only_looks_cannot_run(host, tmp_path):
    with pytest.raises(FenceRefused, match="opened for looking"):
        await host.run(command("touch", str(tmp_path / "touched")))
    assert not (tmp_path / "touched").exists()


async def test_text(host, tmp_path):
    (tmp_path / "text").write_bytes("héllo\n\xff".encode("latin-1"))
    assert await host.read_text(str(tmp_path / "text")) == "h\ufffdllo\n\ufffd"
    assert await host.read_text(str(tmp_path / "none")) is None
    assert await host.read_text(str(tmp_path / "text" / "below")) is None


async def test_four_mebibytes_and_no_more(host, tmp_path):
    file = tmp_path / "large"
    file.write_bytes(b"\0" * (4 * 1024 * 1024))
    assert len(await host.read_text(str(file)) or "") == 4 * 1024 * 1024
    with file.open("ab") as more:
        more.write(b"x")
    with pytest.raises(StepFailed, match="larger than 4194304 bytes"):
        await host.read_text(str(file))


async def test_what_is_not_a_file_does_not_block(host, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(StepFailed, match="not a regular file"):
            await host.read_text(str(path))


async def test_links(host, tmp_path):
    (tmp_path / "current").symlink_to("releases/1")
    assert await host.read_link(str(tmp_path / "current")) == "releases/1"
    assert await host.read_link(str(tmp_path)) is None
    assert await host.read_link(str(tmp_path / "none")) is None


async def test_where_a_path_really_leads(host, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    assert await host.real_path(str(tmp_path / "link" / "below")) == str(
        tmp_path.resolve() / "there" / "below"
    )


@pytest.fixture
def zombie():
    with subprocess.Popen(["true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        yield ended.pid


async def test_the_working_folder_of_a_process_that_has_ended(host, zombie):
    assert await host.read_link(f"/proc/{zombie}/cwd") is None


async def test_folders(host, tmp_path):
    for name in ("b", "a", "$(touch x)\n"):
        (tmp_path / name).touch()
    assert await host.list_folder(str(tmp_path)) == sorted(["b", "a", "$(touch x)\n"])
    assert await host.list_folder(str(tmp_path / "a")) is None
    assert await host.list_folder(str(tmp_path / "none")) is None


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
async def test_listeners(host, family, address):
    with socket.socket(family) as listening:
        try:
            listening.bind((address, 0))
        except OSError:
            pytest.skip("no such address family here")
        port = listening.getsockname()[1]
        assert await host.listeners(port) == []
        listening.listen()
        found = await host.listeners(port)
        assert [one.pid for one in found] == [os.getpid()]
        assert sys.executable.rpartition("/")[2] in found[0].command
        again = await host.listeners(port)
        assert again[0].started == found[0].started != ""


async def test_a_listener_is_found_among_many_and_among_connections(host):
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(30)]
    clients = [socket.create_connection(server.getsockname()) for server in servers]
    try:
        for server, client in zip(servers, clients, strict=True):
            [found] = await host.listeners(server.getsockname()[1])
            assert found.pid == os.getpid()
            assert await host.listeners(client.getsockname()[1]) == []
    finally:
        for one in (*clients, *servers):
            one.close()


async def test_a_tree_has_living_processes_only(host):
    parent = await asyncio.create_subprocess_exec("sh", "-c", "sleep 60 & sleep 60 & wait")
    try:
        async with asyncio.timeout(5):
            while len(tree := await host.process_tree(parent.pid)) < 3:
                pass
        assert tree[0] == parent.pid
    finally:
        for pid in tree:
            os.kill(pid, signal.SIGKILL)
        await parent.wait()
    assert await host.process_tree(parent.pid) == []


async def test_a_record_names_one_process_and_no_other(host, tmp_path):
    record, none = tmp_path / "service.json", str(tmp_path / "none")
    assert await host.recorded(none, str(record)) == [[], []]
    remember(record)
    nobody, we = await host.recorded(none, str(record))
    assert (nobody, we[0]) == ([], os.getpid())
    left = json.loads(record.read_text())
    for other in ({"started": "1"}, {"boot": "another"}, {"pid": 2**22}):
        record.write_text(json.dumps(left | other))
        assert await host.recorded(str(record)) == [[]]


async def test_a_look_has_a_deadline_and_leaves_nothing(host, fenced):
    script = 'sh -c "while :; do sleep 0.1; done" "$0" & wait'
    result = await host.look(command("sh", "-c", script, fenced.marker, deadline=0.3))
    assert (result.timed_out, fenced.running()) == (True, [])
    result = await host.look(command("sh", "-c", 'sh -c "while :; do sleep 0.1; done" "$0" &', fenced.marker))
    assert (result.exit_code, fenced.running()) == (0, [])


async def test_a_look_ends_with_its_connection(fenced):
    async with open_reader(Local(), fenced.redactor) as host:
        look = asyncio.create_task(
            host.look(command("sh", "-c", "while :; do sleep 0.1; done", fenced.marker))
        )
        await until(fenced.running)
        look.cancel()
        await asyncio.wait([look])
    await until(lambda: not fenced.running())


async def test_a_look_is_asked_again_when_the_connection_breaks(fenced):
    async with open_reader(fenced.way, fenced.redactor) as host:
        look = asyncio.create_task(host.look(command("sh", "-c", "sleep 0.5; echo seen", fenced.marker)))
        await until(fenced.running)
        fenced.way.cut()
        assert (await look).output == "seen\n"


@pytest.mark.parametrize("python", ["/no/such/python3", "/bin/false"])
async def test_a_machine_without_python_is_unreachable(python):
    with pytest.raises(Unreachable) as failed:
        async with open_reader(Local(python), Redactor()):
            pytest.fail("it opened")
    assert failed.value.exit_code == 5
    assert failed.value.hint


async def test_a_ctrl_c_in_our_terminal_does_not_reach_the_host_runner(fenced):
    async with open_reader(fenced.way, fenced.redactor) as host:
        assert os.getsid(fenced.way.pids[0]) != os.getsid(0)
        assert await host.process_tree(fenced.way.pids[0]) == [fenced.way.pids[0]]
    assert fenced.way.pids[0] not in await _pids()


async def _pids():
    async with open_reader(Local(), Redactor()) as host:
        return await host.process_tree(os.getpid())
