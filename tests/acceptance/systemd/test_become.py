"""`become: sudo`: who deploys is not root, and may do exactly what a deployment does."""

import pytest

from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.fixture
def away(host, tmp_path, short_folder):
    made = SshShop(tmp_path, short_folder, [host])
    made.login = f"deploy{made.port()}"
    made.there = made.there.with_name(f"become{made.port()}")
    made.configure(ssh_user=made.login, become="sudo")
    try:
        yield made
    finally:
        made.close()
        host.run("sh", "-c", "rm -f /etc/sudoers.d/fraisier-*")
        host.run("userdel", "--remove", made.login)


def test_units_of_the_system_are_installed_by_exactly_the_commands_that_need_it(away, host):
    ready = away.run("bootstrap", "shop", "production")
    assert ready.exit_code == 0, ready.output
    looked = away.run("provider-test", "bare_metal", "--json").json["findings"]
    assert {one["status"] for one in looked} == {"ok"}, looked
    first = away.commit()
    assert away.deploy()["status"] == "success"
    [unit] = away.unit_files()
    assert f"User={away.login}\n" in unit.read_text()
    away.commit("sick")
    answer = away.deploy()
    assert answer["status"] == "rolled_back", answer
    assert away.live_version() == first
    assert "starting v1" in away.run("logs", "shop", "production").stdout
    assert away.run("stop", "shop", "production").exit_code == 0
    assert away.live_version() is None
    assert away.run("start", "shop", "production").exit_code == 0
    again = away.run("bootstrap", "shop", "production", "--json").json
    assert {one["status"] for one in again["provisions"]} == {"already there"}
    for words in (["id"], ["systemctl", "stop", "--", "ssh.service"], ["tee", "/etc/passwd"]):
        assert host.run("sudo", "-n", "--", *words, user=away.login).returncode != 0


def test_without_the_rule_it_is_said_who_writes_it(away, host):
    assert away.run("bootstrap", "shop", "production").exit_code == 0
    host.ask("sh", "-c", "rm /etc/sudoers.d/fraisier-*")
    away.commit()
    answer = away.deploy()
    assert (answer["status"], away.unit_files()) == ("failed", [])
    assert "fraisier bootstrap" in answer["error"]["hint"]


def test_what_only_root_could_do_is_refused_in_the_file(away):
    away.configure(ssh_user=away.login, become="sudo", user="nobody")
    refused = away.run("config", "validate")
    assert refused.exit_code == 2
    assert "only root can run things as another user" in refused.stderr
