from __future__ import annotations

import msgspec
import pytest

from fraisier.hosts import systemd_unit
from fraisier.hosts.service_ref import ServiceRef

REF = ServiceRef(manager="systemd", name="fraisier-0badcafe-shop", app_path="/srv/shop", stop_timeout=7.5)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["python3", "app.py"], '"/usr/bin/env" "python3" "app.py"'),
        (["./run", "now"], '"/srv/r/1-a/run" "now"'),
        (["bin/run"], '"/srv/r/1-a/bin/run"'),
        (["/opt/run$1"], '"/opt/run$1"'),
        (["a", "$HOME", "%h", "${X}"], '"/usr/bin/env" "a" "$$HOME" "%%h" "$${X}"'),
        (
            ["a", "it's", 'say "x"', "\\n", "x\ny", ""],
            '"/usr/bin/env" "a" "it\'s" "say \\"x\\"" "\\\\n" "x\\ny" ""',
        ),
        (["a", ";", "\x01\x7f", "é"], '"/usr/bin/env" "a" ";" "\\x01\\x7f" "é"'),
    ],
)
def test_a_command_line_says_exactly_its_words(argv, line):
    assert systemd_unit.command_line(argv, "/srv/r/1-a") == line


def test_a_unit_runs_the_physical_release_with_its_own_environment():
    text = systemd_unit.render(
        REF, release_path="/srv/50%/r/1-[a]", argv=["./run"], description="Shop\n[Evil]"
    )
    lines = text.splitlines()
    assert "WorkingDirectory=/srv/50%%/r/1-[a]" in lines
    assert "EnvironmentFile=/srv/50%%/r/1-\\[a].env" in lines
    assert "Description=Shop [Evil]" in lines
    assert "TimeoutStopSec=7.5" in lines
    assert "KillMode=mixed" in lines
    assert "Restart=on-failure" in lines
    assert [line for line in lines if line.startswith("[")] == ["[Unit]", "[Service]", "[Install]"]


def test_a_unit_of_a_named_user_leaves_home_to_systemd():
    text = systemd_unit.render(
        msgspec.structs.replace(REF, user="shop"), release_path="/srv/r/1-a", argv=["./run"], description=""
    )
    assert "User=shop" in text.splitlines()
    assert "HOME" not in text
    assert "User=" not in systemd_unit.render(REF, release_path="/srv/r/1-a", argv=["./run"], description="")
