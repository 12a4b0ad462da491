"""Jobs of a machine behind SSH: they run there, and their timers lie where Fraisier is."""

import pytest

from tests.support.host_shop import UNITS, HostShop
from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]
NOTE = '#!/bin/sh\necho "$(hostname) $(cat label) $FRAISIER_JOB" >> "$LEDGER"\n'


def configure(shop, host, ledger, schedule="0 2 * * *"):
    jobs = {"daily": {"schedule": schedule, "script_path": "note.sh"}}
    environment = shop.environment(service=None, health_check=None, jobs=jobs, host=host)
    environment["env_vars"] = {"LEDGER": str(ledger)}
    shop.write_config(
        {"fraises": {"shop": {"type": "scheduled", "environments": {"production": environment}}}}
    )


def commit(shop, mode=0o755):
    path = shop.repository.work / "note.sh"
    path.write_text(NOTE)
    path.chmod(mode)
    return shop.commit()


@pytest.mark.feature("TYP-03")
def test_a_job_runs_on_the_other_machine_and_its_result_is_here(host, tmp_path, short_folder):
    shop = SshShop(tmp_path, short_folder, [host])
    try:
        ledger = f"/tmp/ledger-{short_folder.name}"
        configure(shop, "web1", ledger)
        sha = commit(shop)
        assert shop.deploy()["status"] == "success"
        ran = shop.run("job", "run", "shop", "production", "--json")
        assert (ran.exit_code, ran.json["status"], ran.json["new_version"]) == (0, "success", sha), ran
        assert host.ask("cat", ledger).split()[1:] == ["v1", "daily"]
        [row] = shop.run("job", "list", "--json").json
        assert row["last_run"]["status"] == "success"
    finally:
        shop.close()


@pytest.fixture
def deployer(host, request):
    """Fraisier on a machine with systemd that reaches its target, which is itself, over SSH."""
    folder = host.shared / f"{len(list(host.shared.iterdir())):03}"
    folder.mkdir()
    shop = HostShop(folder, host)
    keys = shop.home / ".ssh"
    keys.mkdir(mode=0o700)
    (keys / "id").write_bytes(host.key.read_bytes())
    (keys / "id").chmod(0o600)
    (keys / "config").write_text(
        f"Host target\n  HostName {host.address}\n  User root\n  IdentityFile {keys / 'id'}\n"
    )
    (keys / "known_hosts").write_bytes((host.folder / "known_hosts").read_bytes())
    try:
        yield shop
    finally:
        shop.close()


@pytest.mark.feature("TYP-03")
def test_the_timers_lie_where_fraisier_is_and_go_back_with_the_version(deployer):
    ledger = deployer.root / "ledger"
    configure(deployer, "target", ledger)
    first = commit(deployer)
    answer = deployer.deploy()
    assert answer["status"] == "success", answer["error"]
    [timer] = [path for path in deployer.outside(UNITS).glob("fraisier-*.timer") if belongs(deployer, path)]
    assert "02:00:00" in timer.read_text()
    deployer.systemctl("start", timer.with_suffix(".service").name)
    assert ledger.read_text().split()[1:] == ["v1", "daily"]
    [row] = deployer.rows("SELECT status, triggered_by FROM tb_deployment WHERE job = 'daily'")
    assert row == {"status": "success", "triggered_by": "scheduled"}
    configure(deployer, "target", ledger, schedule="0 5 * * *")
    commit(deployer, mode=0o644)
    assert deployer.deploy()["status"] == "rolled_back"
    assert "02:00:00" in timer.read_text()
    assert deployer.systemctl("is-active", timer.name).strip() == "active"
    commit(deployer)
    assert deployer.deploy()["status"] == "success"
    assert "05:00:00" in timer.read_text()
    assert deployer.rollback()["new_version"] == first


def belongs(shop, timer):
    return str(shop.config) in timer.with_suffix(".service").read_text()
