from __future__ import annotations

import msgspec
import pytest

from fraisier.config.resources import Memory, Processors, Resources
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
        REF,
        release_path="/srv/50%/r/1-[a]",
        env_path="/srv/50%/r/1-[a].env",
        argv=["./run"],
        description="Shop\n[Evil]",
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
        msgspec.structs.replace(REF, user="shop"),
        release_path="/srv/r/1-a",
        env_path="/srv/r/1-a.env",
        argv=["./run"],
        description="",
    )
    assert "User=shop" in text.splitlines()
    assert "HOME" not in text
    assert "User=" not in systemd_unit.render(
        REF, release_path="/srv/r/1-a", env_path="/srv/r/1-a.env", argv=["./run"], description=""
    )


def test_a_service_is_held_to_its_limits():
    bounds = Resources(
        cpu=Processors(limit=1.5, request=0.5), memory=Memory(limit=2**30, request=512 * 2**20)
    )
    assert list(systemd_unit.limits(bounds)) == [
        "CPUQuota=150%",
        "CPUWeight=50",
        "MemoryMax=1073741824",
        "MemoryLow=536870912",
    ]
    assert list(systemd_unit.limits(Resources())) == []


def rendered(**about):
    ref = msgspec.structs.replace(REF, **{key: about[key] for key in about if key != "system"})
    system = about.get("system", True)
    return systemd_unit.render(
        ref,
        release_path="/srv/r/1-a",
        env_path="/srv/r/1-a.env",
        argv=["./run"],
        description="",
        system=system,
    ).splitlines()


def test_a_service_is_kept_from_what_services_rarely_need_unless_it_says_otherwise():
    assert {"PrivateDevices=yes", "ProtectSystem=full", "NoNewPrivileges=yes"} <= set(rendered())
    assert not any(
        line.startswith(("Protect", "Private", "NoNew", "System")) for line in rendered(sandbox=False)
    )


def test_a_named_user_has_no_capabilities_and_root_those_of_an_ordinary_service():
    assert "CapabilityBoundingSet=" in rendered(user="shop")
    assert any(line.startswith("CapabilityBoundingSet=CAP_NET_BIND_SERVICE ") for line in rendered())


def test_a_users_own_service_manager_is_asked_only_for_what_it_can_do():
    assert [line for line in rendered(system=False) if "Protect" in line or "Capability" in line] == []
    assert "NoNewPrivileges=yes" in rendered(system=False)


def test_an_application_below_usr_can_write_its_own_folder():
    assert "ProtectSystem=full" not in rendered(app_path="/usr/local/shop")
