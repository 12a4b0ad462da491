"""Ending everything that works in a folder, and nothing else."""

import os
import pty
import subprocess
import sys
import threading

import pytest

from fraisier.demo import processes
from tests.support.processes import belonging_to, until

IGNORING = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"

PERSON = """
import os, pty, sys
pid, _ = pty.fork()
if pid == 0:
    os.chdir(sys.argv[1])
    os.execvp("sleep", ["sleep", "60"])
print(pid, flush=True)
os.waitpid(pid, 0)
"""


@pytest.fixture
def started():
    """Starts sleepers, and ends those that a test leaves."""
    children = []

    def start(cwd="/", **more):
        child = subprocess.Popen(["sleep", "60"], cwd=cwd, start_new_session=True, **more)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()


def reaped_in_background(child):
    """Zombies are ours to reap; a demo's processes belong to others."""
    threading.Thread(target=child.wait, daemon=True).start()


def test_finds_what_works_in_the_folder_or_is_configured_there(tmp_path, started):
    beside = tmp_path.with_name(tmp_path.name + "-beside")
    beside.mkdir()
    (tmp_path / "below").mkdir()
    mine = {
        started(cwd=tmp_path).pid,
        started(cwd=tmp_path / "below").pid,
        started(env={"FRAISIER_CONFIG": f"{tmp_path}/fraises.yaml"}).pid,
    }
    started(cwd=beside)
    started(env={"FRAISIER_CONFIG": f"{beside}/fraises.yaml"})
    assert set(processes.working_in(tmp_path)) == mine


def test_leaves_a_person_at_a_terminal_alone(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", PERSON, tmp_path], stdout=subprocess.PIPE, start_new_session=True
    ) as shell:
        pid = int(shell.stdout.readline())
        try:
            assert until(lambda: belonging_to(tmp_path).get(pid) == "sleep 60")
            assert processes.working_in(tmp_path) == []
        finally:
            os.kill(pid, 9)


def test_finds_what_was_just_started_at_our_own_terminal(tmp_path):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execvp("sleep", ["sleep", "60"])
    try:
        assert until(lambda: processes.working_in(tmp_path) == [pid])
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def test_ends_what_obeys_and_what_does_not(tmp_path, started, monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.3)
    obedient = started(cwd=tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", IGNORING], cwd=tmp_path, stdout=subprocess.PIPE, start_new_session=True
    ) as stubborn:
        assert stubborn.stdout.readline() == b"ready\n"
        for child in (obedient, stubborn):
            reaped_in_background(child)
        processes.end(tmp_path)
        assert processes.working_in(tmp_path) == []
        assert (obedient.wait(5), stubborn.wait(5)) == (-15, -9)
