"""A real sshd on a real host, and a home whose ~/.ssh says how it is reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fraisier.model.place import Ssh
from fraisier.transport.ssh import SshOpener
from fraisier.transport.ways import Ways
from tests.hosts.fleet import hosts
from tests.hosts.machine import Machine
from tests.hosts.needs import Missing
from tests.hosts.shell import Failed


@pytest.fixture(scope="session")
def machines() -> Iterator[list[Machine]]:
    try:
        with hosts(2) as made:
            yield made
    except (Missing, Failed) as missing:
        pytest.skip(str(missing).partition("\n")[0])


class Home:
    """`~/.ssh` of whoever connects: nothing in it unless a test puts it there."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.machine = machine
        self.ssh = folder / ".ssh"
        self.ssh.mkdir(parents=True)
        self.key = self.ssh / "a key"
        self.key.write_bytes(machine.key.read_bytes())
        self.key.chmod(0o600)

    def trust(self, *machines: Machine) -> None:
        known = "".join((one.folder / "known_hosts").read_text() for one in machines or [self.machine])
        (self.ssh / "known_hosts").write_text(known)

    def config(self, text: str) -> None:
        (self.ssh / "config").write_text(text)

    def way(self, **others) -> Ssh:
        return Ssh(**{"host": self.machine.address, "user": "root", "key": str(self.key), **others})

    def opener(self, **others) -> SshOpener:
        return SshOpener(self.way(**others), Ways())


@pytest.fixture
def home(tmp_path: Path, machines: list[Machine], monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return Home(tmp_path / "home", machines[0])
