"""`fraisier provider-test` and `doctor` really connect, and tell apart why they cannot."""

import pytest

from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.fixture
def away(host, tmp_path, short_folder):
    """A shop on a host behind SSH."""
    made = SshShop(tmp_path, short_folder, [host])
    try:
        yield made
    finally:
        made.close()


def found(shop, *words):
    answer = shop.run(*words, "--json")
    return answer.exit_code, {one["check"]: one for one in answer.json["findings"]}


@pytest.mark.feature("CLI-33")
def test_a_machine_that_can_be_used_is_looked_at_from_inside(away):
    code, told = found(away, "provider-test", "bare_metal")
    assert code == 0, told
    assert {"web1: ssh", "web1: git", "web1: service manager", "web1: shop/production"} <= set(told)
    assert "systemd" in told["web1: service manager"]["said"]


@pytest.mark.feature("CLI-33")
def test_a_file_that_only_says_where_the_machine_is(away):
    file = away.root / "provider.yaml"
    file.write_text("host: web1\n")
    code, told = found(away, "provider-test", "bare_metal", "--config-file", str(file))
    assert (code, set(told)) == (0, {"web1: ssh", "web1: git", "web1: service manager"})


@pytest.mark.feature("CLI-33")
@pytest.mark.parametrize(
    ("break_it", "said", "fix"),
    [
        ("permissions", "can be read by others", "chmod 600 "),
        ("host key", "is not known here, so it is not trusted", "ssh-keyscan "),
        ("login", "does not let root in with any key", "ssh-copy-id "),
        ("network", "No route to host", "nc -vz "),
        ("name", "nobody knows a machine called", "HostName"),
    ],
)
def test_what_is_wrong_is_told_apart(away, host, break_it, said, fix):
    if break_it == "permissions":
        key = away.root / "key"
        key.write_text(host.key.read_text())
        key.chmod(0o644)
        away.configure(ssh_key=str(key))
    elif break_it == "host key":
        (away.ssh_folder / "known_hosts").write_text("")
    elif break_it == "login":
        config = away.ssh_folder / "config"
        config.write_text(config.read_text().replace(f"IdentityFile {host.key}", "IdentityFile none"))
    elif break_it == "name":
        away.configure(host="nowhere.invalid")
    if break_it == "network":
        with away.apart():
            code, told = found(away, "provider-test", "bare_metal")
    else:
        code, told = found(away, "provider-test", "bare_metal")
    assert code == 1
    [one] = told.values()
    assert said in one["said"], one
    assert fix in one["fix"], one


def test_doctor_looks_at_every_machine_too(away):
    away.commit()
    code, told = found(away, "doctor")
    assert code == 0, told
    assert "web1: shop/production" in told
    (away.ssh_folder / "known_hosts").write_text("")
    code, told = found(away, "doctor")
    assert code == 1
    assert told["web1"]["fix"].startswith("ssh-keyscan")
