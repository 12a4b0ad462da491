"""Machines reached over SSH: what gets us in, and what is said when we do not get in."""

import asyncio
import contextlib
import os
import re
import subprocess

import pytest

from fraisier.errors import Refused, Unreachable
from fraisier.hosts.fenced import open_host, open_reader
from fraisier.model.command import command
from fraisier.model.host import Fence
from fraisier.transport import ssh
from fraisier.transport.redaction import Redactor
from fraisier.transport.ssh import SshOpener
from fraisier.transport.ways import STARTS, Ways
from tests.hosts import network, shell
from tests.support.processes import until

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(300)]


async def who(opener) -> str:
    async with open_reader(opener, Redactor()) as host:
        return (await host.look(command("sh", "-c", "id -un; cat /etc/hostname"))).output


async def refused(opener) -> Refused:
    with pytest.raises(Refused) as caught:
        await who(opener)
    assert caught.value.exit_code == 5
    return caught.value


async def test_a_key_and_a_known_host_get_us_in(home):
    home.trust()
    assert await who(home.opener()) == f"root\n{home.machine.name}\n"


async def test_everything_may_stand_in_ssh_config(home):
    home.trust()
    home.config(f'Host web\n  HostName {home.machine.address}\n  User root\n  IdentityFile "{home.key}"\n')
    opener = home.opener(host="web", user=None, key=None)
    assert opener.name == "web"
    assert await who(opener) == f"root\n{home.machine.name}\n"


async def test_an_agent_gets_us_in(home, tmp_path, monkeypatch):
    home.trust()
    with agent(home.key, tmp_path / "agent"):
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        assert await who(home.opener(key=None)) == f"root\n{home.machine.name}\n"


@contextlib.contextmanager
def agent(key, socket):
    started = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        assert until(socket.exists)
        shell.run("ssh-add", "-q", key, env={**os.environ, "SSH_AUTH_SOCK": str(socket)})
        yield
    finally:
        started.terminate()
        started.wait()


async def test_all_hosts_behind_a_jump_host_share_one_connection_to_it(home, machines):
    home.trust(*machines)
    jump, target = machines
    home.config(
        f'Host *\n  IdentityFile "{home.key}"\n  User root\nHost {target.address}\n  ProxyJump {jump.address}\n'
    )
    ways = Ways()
    logins = "journalctl --no-pager -o cat -u ssh.service | grep -c 'Accepted publickey' || :"
    before = int(jump.ask("sh", "-c", logins))
    openers = [SshOpener(home.way(host=target.address, user=None, key=None), ways) for _ in range(5)]
    assert await asyncio.gather(*map(who, openers)) == [f"root\n{target.name}\n"] * 5
    assert int(jump.ask("sh", "-c", logins)) == before + 1


async def test_an_unknown_host_is_refused_with_the_command_that_fixes_it(home):
    error = await refused(home.opener())
    assert "not known here" in error.message
    assert error.hint.startswith(f"ssh-keyscan {home.machine.address} >> ~/.ssh/known_hosts")
    line, _, _ = error.hint.partition(",")
    shell.run("sh", "-c", line)
    assert await who(home.opener()) == f"root\n{home.machine.name}\n"


@pytest.mark.parametrize(
    "config", ["UserKnownHostsFile none", "UserKnownHostsFile /dev/null", "StrictHostKeyChecking no"]
)
async def test_no_setting_makes_us_trust_an_unknown_host(home, config):
    home.config(f"{config}\n")
    assert "not known here" in (await refused(home.opener())).message


async def test_a_host_with_another_key_is_refused(home, machines):
    other = (machines[1].folder / "known_hosts").read_text().partition(" ")[2]
    (home.ssh / "known_hosts").write_text(f"{home.machine.address} {other}")
    error = await refused(home.opener())
    assert "another host key" in error.message
    assert f"ssh-keygen -R {home.machine.address}" in error.hint


async def test_a_key_that_the_host_does_not_know_is_refused(home, tmp_path):
    home.trust()
    stranger = tmp_path / "stranger"
    shell.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger)
    error = await refused(home.opener(key=str(stranger)))
    assert "does not let root in" in error.message
    assert error.hint.startswith(f"ssh-copy-id -i {stranger} root@{home.machine.address}")


async def test_a_key_that_others_can_read_is_not_used(home):
    home.trust()
    home.key.chmod(0o644)
    error = await refused(home.opener())
    assert "can be read by others" in error.message
    assert error.hint == f"chmod 600 '{home.key}'"


async def test_a_key_with_a_passphrase_is_for_an_agent(home, tmp_path):
    home.trust()
    locked = tmp_path / "locked"
    shell.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked)
    assert "ssh-add" in (await refused(home.opener(key=str(locked)))).hint


async def test_a_key_that_is_not_there(home):
    home.trust()
    assert "cannot be read: No such file" in (await refused(home.opener(key="/no/such/key"))).message


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"host": "no-such-host.invalid"}, "nobody knows a machine"),
        ({"port": 9}, "Connect call failed|Connection refused"),
    ],
)
async def test_the_network_says_no(home, where, words):
    home.trust()
    with pytest.raises(Unreachable, match=words) as caught:
        await who(home.opener(**where))
    assert not isinstance(caught.value, Refused)


async def test_a_host_that_does_not_answer_is_given_up(home, monkeypatch):
    home.trust()
    monkeypatch.setattr(ssh, "CONNECTS_WITHIN", 1.0)
    cable = network.link(home.machine.slot, home.machine.number)
    shell.run("ip", "link", "set", cable, "down")
    try:
        with pytest.raises(Unreachable, match=r"did not answer in time|No route|unreachable"):
            await who(home.opener())
    finally:
        shell.run("ip", "link", "set", cable, "up")


async def test_fifty_connections_at_once_to_one_sshd_with_its_default_limits(home):
    """MaxStartups 10:30:100. What is shared keeps us below it."""
    home.trust()
    ways = Ways()
    openers = [SshOpener(home.way(), ways) for _ in range(50)]
    assert set(await asyncio.gather(*map(who, openers))) == {f"root\n{home.machine.name}\n"}


async def test_connections_dropped_before_the_login_are_tried_again(home):
    """Nothing is shared: more starts than sshd takes, as from several machines at once."""
    home.trust()
    assert STARTS < 24
    openers = [home.opener() for _ in range(24)]
    assert set(await asyncio.gather(*map(who, openers))) == {f"root\n{home.machine.name}\n"}


async def test_nothing_that_varies_stands_in_an_argument(home):
    home.trust()
    async with open_reader(home.opener(), Redactor()) as host:
        shown = await host.look(command("ps", "-eo", "args", env={"PASSWORD": "telling"}, stdin="telling"))
    lines = [line for line in shown.output.splitlines() if "python3" in line]
    assert lines
    assert all(re.search(r"python3 -I -S -X utf8 -c import sys", line) for line in lines), lines
    assert "telling" not in shown.output


def cut(machine):
    """End every connection to it, that of this very command, too."""
    machine.run("pkill", "-KILL", "-f", "sshd: root@notty")


@pytest.fixture
def fence(tmp_path):
    return Fence(installation_id="here", lane="shop", token=1, folder=f"/srv/{tmp_path.name}/fence")


async def test_a_build_goes_on_when_the_connection_is_cut_and_is_attached_to_again(home, fence, tmp_path):
    home.trust()
    ran = f"/srv/{tmp_path.name}/ran"
    building = command("sh", "-c", 'echo begun >> "$1"; sleep 3; echo through', "sh", ran, deadline=60)
    async with open_host(home.opener(), fence, Redactor()) as host:
        running = asyncio.create_task(host.run(building))
        assert await asyncio.to_thread(until, (home.machine.disk / ran[1:]).exists)
        cut(home.machine)
        assert (await running).output == "through\n"
    assert home.machine.ask("cat", ran) == "begun"


async def test_a_build_goes_on_while_the_network_is_apart(home, fence, tmp_path, monkeypatch):
    home.trust()
    monkeypatch.setattr(ssh, "ALIVE_EVERY", 0.5)
    ran = f"/srv/{tmp_path.name}/ran"
    building = command("sh", "-c", 'echo begun >> "$1"; sleep 4; echo through', "sh", ran, deadline=60)
    cable = network.link(home.machine.slot, home.machine.number)
    async with open_host(home.opener(), fence, Redactor()) as host:
        running = asyncio.create_task(host.run(building))
        assert await asyncio.to_thread(until, (home.machine.disk / ran[1:]).exists)
        shell.run("ip", "link", "set", cable, "down")
        try:
            await asyncio.sleep(
                3
            )  # longer than the connection is thought to live: three questions go unanswered
        finally:
            shell.run("ip", "link", "set", cable, "up")
        assert (await running).output == "through\n"
    assert home.machine.ask("cat", ran) == "begun"


async def test_a_file_travels_in_pieces_through_cuts(home, fence, tmp_path, monkeypatch):
    home.trust()
    monkeypatch.setattr("fraisier.hosts.fenced.PIECE", 64 * 1024)
    source = tmp_path / "file"
    source.write_bytes(os.urandom(1_000_000))
    async with open_host(home.opener(), fence, Redactor()) as host:
        sending = asyncio.create_task(host.send(str(source), "file"))
        received = home.machine.disk / fence.folder[1:] / "received/file"
        assert await asyncio.to_thread(until, received.exists)
        cut(home.machine)
        path = await sending
    assert (home.machine.disk / path[1:]).read_bytes() == source.read_bytes()


async def test_a_command_that_does_not_end_is_ended_at_its_deadline_with_its_children(home, fence):
    home.trust()
    hangs = command("sh", "-c", "trap '' TERM; sleep 7531 & wait", deadline=1)
    async with open_host(home.opener(), fence, Redactor()) as host:
        assert (await host.run(hangs)).timed_out
    assert home.machine.run("pgrep", "-f", "sleep 7531").returncode == 1
