"""systemd itself reads our units: it cannot run here, but `systemd --test` says what it understood."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fraisier.hosts import systemd_unit
from fraisier.hosts.service_ref import ServiceRef

SYSTEMD = Path("/lib/systemd/systemd")
ANALYZE = shutil.which("systemd-analyze")
NOBODY = 65534
pytestmark = pytest.mark.skipif(not SYSTEMD.exists() or ANALYZE is None, reason="no systemd on this machine")

REF = ServiceRef(manager="systemd", name="fraisier-0badcafe-shop", app_path="/srv/shop")
UNIT = f"{REF.name}.service"
HOSTILE = [
    "plain", "two words", 'a "b" c', "it's", "back\\slash", "line\nbreak", "\ttab", "%h %%", ";", "|", "*", "`id`", "{}", "é"
]  # fmt: skip


def written(folder, release_path, argv):
    """The unit in a folder that anybody may read."""
    folder.chmod(0o755)
    unit = folder / UNIT
    unit.write_text(
        systemd_unit.render(
            REF, release_path=release_path, env_path=release_path + ".env", argv=argv, description="50 % [x]"
        )
    )
    return unit


@pytest.mark.parametrize("argv", [["python3", "app.py"], ["/bin/sh", "-c", "exit 0"], ["sh", *HOSTILE]])
def test_units_pass_verification(short_folder, argv):
    unit = written(short_folder, "/srv/a b/50%/releases/1-a", argv)
    verified = subprocess.run([ANALYZE, "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.fixture
def understood(short_folder):
    """What systemd dumps about a unit; it refuses to do this as root."""

    def dump(release_path, argv):
        written(short_folder, release_path, argv)
        runtime = short_folder / "run"
        runtime.mkdir(mode=0o700)
        root = os.geteuid() == 0
        if root:
            os.chown(runtime, NOBODY, NOBODY)
        shown = subprocess.run(
            [SYSTEMD, "--test", "--user", "--no-pager", f"--unit={UNIT}"],
            env={
                "XDG_RUNTIME_DIR": str(runtime),
                "SYSTEMD_UNIT_PATH": f"{short_folder}:",
                "SYSTEMD_LOG_TARGET": "console",
            },
            user=NOBODY if root else None,
            extra_groups=[] if root else None,
            capture_output=True,
            text=True,
            check=True,
        )
        return shown.stdout.partition(f"-> Unit {UNIT}:")[2].partition("-> Unit ")[0]

    return dump


def words(line):
    """The words of a command line as systemd prints it: bare, or quoted as in C."""
    found = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', line)
    return [
        ast.literal_eval(word.replace("\\$", "$").replace("\\`", "`")) if word[0] == '"' else word
        for word in found
    ]


def test_systemd_understands_every_word_of_a_command(understood):
    dump = understood("/srv/r/1-a", ["run", *HOSTILE])
    line = re.search(r"Command Line: (.*)", dump)[1]
    assert words(line) == ["/usr/bin/env", "run", *HOSTILE]


def test_systemd_understands_odd_paths(understood):
    dump = understood("/srv/a b/50%/[x]/1-a", ["./run"])
    assert "WorkingDirectory: /srv/a b/50%/[x]/1-a\n" in dump
    assert "EnvironmentFile: /srv/a b/50%/\\[x]/1-a.env\n" in dump
    assert "Description: 50 % [x]\n" in dump
    assert words(re.search(r"Command Line: (.*)", dump)[1]) == ["/srv/a b/50%/[x]/1-a/run"]
