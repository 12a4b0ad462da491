"""`fraisier demo` does the main job in front of your eyes and leaves nothing running."""

import os
import pty
import signal
import subprocess
import urllib.request
from contextlib import contextmanager

import pytest

from tests.support.processes import belonging_to


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "tmp"
    made.mkdir()
    return made


def nothing_is_left(shop, folder):
    return belonging_to(folder) == {} and list(folder.iterdir()) == [] and not shop.database.exists()


def test_the_demo_goes_forward_back_and_leaves_nothing(shop, folder):
    result = shop.run("demo", env={"TMPDIR": str(folder)}, timeout=90)
    assert result.exit_code == 0, result
    assert result.seconds < 30
    for version in ("v1", "v2", "v2", "v1"):
        _, found, rest = result.stdout.partition(f"answers as {version}.")
        assert found, result.stdout
    assert "Rolled back to v2, which is healthy again." in result.stdout
    assert rest.count("dep_0000") >= 4, "the history tells all four"
    assert nothing_is_left(shop, folder)


def test_a_kept_demo_can_be_played_with_and_stopped(shop, folder):
    result = shop.run("demo", "--keep", "--folder", str(folder), timeout=90)
    assert result.exit_code == 0, result
    [place] = folder.iterdir()
    assert belonging_to(folder)
    typed = dict(
        line.split(maxsplit=1) for line in result.stdout.splitlines() if line.startswith(("  . ", "  curl "))
    )
    with urllib.request.urlopen(typed["curl"], timeout=5) as answer:
        assert b"v1" in answer.read()
    shown = subprocess.run(
        ["sh", "-c", f". {typed['.']}; fraisier status my_api production"],
        env=shop.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "healthy" in shown.stdout
    assert f"fraisier demo --stop {place}" in result.stdout
    assert shop.run("demo", "--stop", str(place)).exit_code == 0
    assert nothing_is_left(shop, folder)


def test_only_a_demo_can_be_stopped(shop, folder):
    (folder / "precious").touch()
    result = shop.run("demo", "--stop", str(folder))
    assert (result.exit_code, list(folder.iterdir())) == (2, [folder / "precious"])


@contextmanager
def on_a_terminal(shop, folder):
    """The demo as a person starts it: a controlling terminal, whose Ctrl-C reaches all of its processes."""
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a suite that runs in the background ignores it
        os.execve(shop.fraisier, ["fraisier", "demo", "--folder", str(folder)], {**shop.env, "TERM": "xterm"})
    try:
        yield pid, terminal
    finally:
        os.close(terminal)


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("moment", "ending"),
    [
        (b"Everything happens", "SIGTERM"),
        (b"Building", "Ctrl-C"),
        (b"2. The second", "SIGTERM"),
        (b"3. A broken", "Ctrl-C"),
        (b"4. Back", "SIGTERM"),
        (b"4. Back", "Ctrl-C"),
    ],
)
def test_an_interrupted_demo_leaves_nothing(shop, folder, moment, ending):
    with on_a_terminal(shop, folder) as (pid, terminal):
        drawn = b""
        while moment not in drawn and (more := read(terminal)):
            drawn += more
        assert moment in drawn, drawn
        if ending == "Ctrl-C":
            os.write(terminal, b"\x03")
        else:
            os.kill(pid, signal.SIGTERM)
        while read(terminal):
            pass
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == (130 if ending == "Ctrl-C" else 143)
    assert nothing_is_left(shop, folder)


def test_an_act_that_fails_is_named(shop, folder):
    """Without git there is no shop to open; with a git that cannot push, the second act fails."""
    tools = folder.parent / "tools"
    tools.mkdir()
    (tools / "git").write_text(
        '#!/bin/sh\ncase "$*" in *"--message Greet more people"*) echo "git is tired" >&2; exit 1;; esac\n'
        'exec /usr/bin/git "$@"\n'
    )
    (tools / "git").chmod(0o755)
    path = f"{tools}:{shop.env['PATH']}"
    result = shop.run("demo", "--folder", str(folder), env={"PATH": path}, timeout=90)
    assert result.exit_code == 1
    assert "Error: Act 2 of the demo (The second version, deployed by a push) failed:" in result.stderr
    assert "git is tired" in result.stderr
    assert nothing_is_left(shop, folder)
