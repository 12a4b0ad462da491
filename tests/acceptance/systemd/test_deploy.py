"""A commit becomes a healthy unit of systemd, and a bad one goes back."""

import pytest

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


def pids(shop):
    """Those that systemd counts to the unit, by the numbers they have on the host."""
    group = shop.shown("ControlGroup")
    return {int(pid) for pid in shop.host.ask("cat", f"/sys/fs/cgroup/systemd{group}/cgroup.procs").split()}


@pytest.mark.feature("PRV-01", "DEP-10")
def test_deployments_replace_the_process_of_one_enabled_unit(shop):
    first = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == first
    before, unit = shop.about()["pid"], shop.unit
    assert (shop.shown("ActiveState"), shop.shown("UnitFileState")) == ("active", "enabled")
    second = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == second
    after = shop.about()["pid"]
    assert (after != before, shop.unit) == (True, unit)
    assert shop.shown("MainPID") == str(after)
    assert pids(shop) == {after}
    assert shop.shown("WorkingDirectory") == str((shop.app_path() / "current").resolve())
    back = shop.rollback()
    assert (back["status"], back["new_version"]) == ("success", first)
    assert shop.live_version() == first
    assert shop.shown("NeedDaemonReload") == "no"


@pytest.mark.parametrize(("mode", "words"), [("sick", "500"), ("dies", "cannot start")])
def test_a_bad_version_ends_with_the_old_one_serving(shop, mode, words):
    good = shop.commit()
    shop.deploy()
    shop.commit(mode)
    answer = shop.deploy()
    assert answer["status"] == "rolled_back", answer
    assert words in str(answer["error"]) + shop.run("logs", "shop", "production").stdout
    assert shop.live_version() == good
    assert (shop.shown("ActiveState"), shop.shown("UnitFileState")) == ("active", "enabled")
    assert shop.status()["current_version"] == good


@pytest.mark.parametrize("forgotten", ["sick", "given up"])
def test_a_first_deployment_that_fails_leaves_no_trace_in_systemd(shop, forgotten):
    if forgotten == "given up":
        crash = ["sh", "-c", "sleep 0.2; exit 1"]
        shop.configure(service={"command": crash}, health_check={"initial_delay": 8, "retries": 2})
    shop.commit("sick")
    assert shop.deploy()["status"] == "failed"
    assert shop.about() is None
    assert shop.unit_files() == []
    installation = shop.rows("SELECT id FROM tb_installation")[0]["id"][:8]
    assert shop.systemctl("list-units", "--all", "--plain", "--no-legend", f"fraisier-{installation}-*") == ""
    assert shop.processes() == {}


def test_what_a_service_left_behind_its_back_ends_with_it(shop):
    shop.configure(service={"stop_timeout": 1})
    shop.commit("escaped")
    shop.deploy()
    before = pids(shop)
    assert len(before) == 2
    sha = shop.commit("stubborn")
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == sha
    again = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == again
    assert pids(shop).isdisjoint(before)


def test_a_stranger_that_answers_on_the_port_is_not_the_new_version(shop):
    shop.host.ask(
        "systemd-run", "--quiet", f"--unit=stranger-{shop.port()}", "--property=WorkingDirectory=/opt",
        "/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", str(shop.port()),
    )  # fmt: skip
    try:
        shop.host.ask(
            "curl", "--silent", "--retry-connrefused", "--retry", "20", "--retry-delay", "1", "--output", "/dev/null",
            f"http://127.0.0.1:{shop.port()}/",
        )  # fmt: skip
        shop.commit("patient")
        answer = shop.deploy()
        assert answer["status"] == "failed"
        assert str(shop.port()) in answer["error"]["message"]
    finally:
        shop.systemctl("stop", f"stranger-{shop.port()}")


def test_systemd_is_found_by_itself_and_said(shop):
    shop.configure(service={"manager": None})
    shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0
    assert "✓ Service restarted (systemd)" in result.output
    assert shop.shown("ActiveState") == "active"
