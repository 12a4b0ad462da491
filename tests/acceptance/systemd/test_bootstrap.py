"""`fraisier bootstrap`: a machine that only root can enter becomes one that another user deploys to."""

import pytest

from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.fixture
def bare(host, tmp_path, short_folder):
    """A shop whose `ssh_user` is not there yet."""
    made = SshShop(tmp_path, short_folder, [host])
    made.login = f"deploy{made.port()}"
    made.configure(ssh_user=made.login, app_path=f"/srv/bare{made.port()}")
    try:
        yield made
    finally:
        host.hang_up()
        host.run("loginctl", "disable-linger", made.login)
        host.run("loginctl", "terminate-user", made.login)
        made.close()


def provisions(shop, *words):
    answer = shop.run("bootstrap", "shop", "production", "--json", *words)
    assert answer.exit_code == 0, answer.output
    return {one["title"]: one["status"] for one in answer.json["provisions"]}


def test_a_bare_machine_is_made_ready_once_and_deployed_to(bare, host):
    told = provisions(bare, "--dry-run")
    assert told == {
        "git is installed": "already there",
        f"the user {bare.login} exists": "to do",
        f"{bare.login} is let in with the keys that root is let in with": "to do",
        f"services of {bare.login} run without a login": "to do",
        f"/srv/bare{bare.port()} belongs to {bare.login}": "to do",
    }
    assert host.run("id", "-u", bare.login).returncode != 0
    assert set(provisions(bare).values()) == {"already there", "done"}
    assert set(provisions(bare).values()) == {"already there"}
    sha = bare.commit()
    answer = bare.deploy()
    assert answer["status"] == "success", answer
    assert bare.live_version() == sha
    assert host.ask("stat", "-c", "%U", f"/srv/bare{bare.port()}/current/app.py").strip() == bare.login


def test_a_key_that_root_does_not_know_stays_and_root_s_are_added(bare, host):
    host.ask("useradd", "--create-home", "--shell", "/bin/sh", bare.login)
    keys = f"/home/{bare.login}/.ssh/authorized_keys"
    host.ask("install", "-D", "-m", "600", "/dev/null", keys)
    host.ask("sh", "-c", f"echo ssh-ed25519 AAAA-of-ada ada > {keys}")
    provisions(bare)
    held = host.ask("cat", keys)
    assert "ssh-ed25519 AAAA-of-ada ada" in held
    assert host.ask("head", "-n", "1", "/root/.ssh/authorized_keys").strip() in held
    assert host.ask("stat", "-c", "%a %U", keys).split() == ["600", bare.login]


def test_who_is_not_root_there_is_told_so(bare):
    provisions(bare)
    refused = bare.run("bootstrap", "shop", "production", "--as", bare.login, "--json")
    assert refused.exit_code == 1
    assert "Only root can make web1 ready" in refused.json["error"]["message"]


def test_people_see_what_is_done_and_how(bare):
    shown = bare.run("bootstrap", "shop", "production", "--dry-run").stdout
    assert f"· the user {bare.login} exists (to do: useradd --create-home" in shown
    assert f"(to do: loginctl enable-linger {bare.login})" in shown
