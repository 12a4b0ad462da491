"""`fraisier doctor` and `provider-test`: what is wrong is said with the command that mends it, and nothing is changed."""

import os
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from fraisier.database import Database

SCHEMA_1 = Path(__file__).parents[1] / "support" / "schema_1.sql"


def found(shop, *arguments):
    """The findings by status, and the exit code."""
    result = shop.run(*(arguments or ("doctor",)), "--json")
    answer = result.json
    assert answer["healthy"] is (result.exit_code == 0)
    assert all((row["fix"] is None) is (row["status"] == "ok") for row in answer["findings"]), answer
    return answer["findings"], result.exit_code


def older(shop):
    """A database of the first release instead."""
    for path in shop.database.parent.iterdir():
        path.unlink()
    connection = sqlite3.connect(shop.database)
    connection.executescript(SCHEMA_1.read_text())
    connection.commit()
    connection.close()
    shop.database.chmod(0o600)


def wrong(shop, *arguments):
    """What is not well: what was looked at, what is said, what mends it."""
    return [
        (row["check"], row["said"], row["fix"]) for row in found(shop, *arguments)[0] if row["status"] != "ok"
    ]


def test_nothing_is_wrong_before_and_after_a_first_deployment(shop):
    shop.commit()
    before = shop.tree()
    assert wrong(shop) == []
    assert shop.tree() == before
    shop.deploy()
    assert wrong(shop) == []
    lines = shop.run("doctor").stdout.splitlines()
    assert all(line.startswith("✓ ") for line in lines)
    assert any("Port" in line and "answered by the service itself" in line for line in lines)
    assert any("They are kept in the database" in line for line in lines)


@pytest.mark.feature("DEP-07")
def test_everything_that_a_deployment_needs_is_named(shop):
    shop.commit()
    shop.deploy()
    said = {row["check"]: row["said"] for row in found(shop)[0]}
    assert said["configuration"].endswith("is valid.")
    assert "answers; main is at" in said["repository"]
    assert said["lanes"] == "No lease is left over, and nothing waits for a person."
    target = [row["said"] for row in found(shop)[0] if row["check"] == "shop/production"]
    assert [
        words
        for words in ("can be written", "The disk of", "Port")
        if not any(words in one for one in target)
    ] == []


def test_no_configuration_and_a_broken_one(shop):
    shop.config.write_text(shop.config.read_text().replace("branch:", "brunch:"))
    [(check, said, fix)] = wrong(shop)
    assert (check, fix) == ("configuration", "fraisier validate")
    assert "brunch" in said
    shop.config.unlink()
    del shop.env["FRAISIER_CONFIG"]
    [(check, said, fix)] = wrong(shop)
    assert (check, fix) == ("configuration", "fraisier init")


@pytest.mark.parametrize("damage", ["not a database", "an older schema", "readable by others"])
def test_the_database(shop, damage):
    shop.commit()
    with Database(shop.database) as database:
        database.record_deployment("shop", "production", status="success")
    if damage == "not a database":
        shop.database.write_text("hello" * 100)
    elif damage == "an older schema":
        older(shop)
    else:
        shop.database.chmod(0o644)
    [(check, _, fix)] = wrong(shop)
    assert check == "database"
    if damage == "an older schema":
        assert shop.run(*fix.split()[1:]).exit_code == 0
        assert wrong(shop) == []
    elif damage == "readable by others":
        assert fix == f"chmod 600 {shop.database}"


def test_a_repository_that_does_not_answer_and_one_without_the_branch(shop):
    shop.commit()
    shop.configure(
        environments={
            "production": {"git_repo": str(shop.root / "absent.git")},
            "staging": {"branch": "no-such-branch"},
        }
    )
    problems = wrong(shop)
    assert [check for check, _, _ in problems] == ["repository", "repository"]
    assert "absent.git" in problems[0][1]
    assert "no-such-branch" in problems[1][1]


def test_a_port_and_a_folder_that_somebody_else_has(shop):
    shop.commit()
    (shop.app_path()).mkdir(parents=True)
    (shop.app_path() / "precious").write_text("mine")
    with socket.create_server(("127.0.0.1", shop.port())):
        folder, port = wrong(shop)
        assert wrong(shop, "provider-test", "bare_metal") == [folder, port]
    assert "is not empty" in folder[1]
    assert f"Port {shop.port()} is taken by pid {os.getpid()}" in port[1]
    assert str(os.getpid()) in port[2]


def test_a_lease_of_a_dead_process_and_a_lane_that_is_held(shop):
    shop.commit()
    shop.deploy()
    shop.commit("sick")
    shop.deploy()
    [(check, said, fix)] = wrong(shop)
    assert check == "shop production"
    assert "unhold shop production" in fix
    connection = sqlite3.connect(shop.database)
    connection.execute(
        "INSERT INTO tb_deployment_lock (fk_lane, fraise, environment, token, holder, acquired_at, expires_at,"
        " boot_id, boot_expires) SELECT pk_lane, fraise, environment, last_token, 'gone:1', '2020', '2020', 'x', 0"
        " FROM tb_lane"
    )
    connection.commit()
    connection.close()
    stale, held = wrong(shop)
    assert "gone:1" in stale[1]
    assert held == (check, said, fix)
    assert shop.run("doctor").exit_code == 1


def test_a_key_that_others_may_read(shop):
    shop.commit()
    shop.configure(git_repo="git@127.0.0.1:acme/shop.git")
    checks = {check: (said, fix) for check, said, fix in wrong(shop)}
    assert checks["ssh key"][1] == "ssh-keygen -t ed25519"
    (shop.home / ".ssh").mkdir(mode=0o700)
    key = shop.home / ".ssh" / "id_ed25519"
    key.write_text("a key")
    key.chmod(0o644)
    checks = {check: (said, fix) for check, said, fix in wrong(shop)}
    assert checks["ssh key"][1] == f"chmod 600 {key}"
    subprocess.run(checks["ssh key"][1].split(), check=True)
    assert "ssh key" not in {check for check, _, _ in wrong(shop)}


def test_pushes_without_a_secret(shop):
    shop.commit()
    shop.configure(top={"branch_mapping": {"main": {"fraise": "shop", "environment": "production"}}})
    [row] = [row for row in found(shop)[0] if row["status"] != "ok"]
    assert (row["check"], row["status"]) == ("webhooks", "warning")
    assert shop.run("doctor").exit_code == 0
    shop.env["FRAISIER_WEBHOOK_SECRET"] = "something"
    assert wrong(shop) == []


def test_a_broken_plugin(shop):
    shop.commit()
    folder = shop.home / ".local/share/fraisier/providers"
    folder.mkdir(parents=True)
    (folder / "bad.py").write_text("1/0\n")
    [(check, said, fix)] = wrong(shop)
    assert check == "plugins"
    assert "ZeroDivisionError" in said
    assert shop.run(*fix.partition("or: fraisier ")[2].split()).exit_code == 0
    assert wrong(shop) == []


def test_no_git(shop):
    shop.commit()
    programs = shop.root / "programs"
    programs.mkdir()
    for name in ("python3", "sh", "test", "df", "id", "readlink", "env"):
        path = subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout.strip()
        (programs / name).symlink_to(path)
    shop.env["PATH"] = str(programs)
    checks = {check: fix for check, _, fix in wrong(shop)}
    assert checks["git"] == "apt-get install git"


def test_provider_test_without_any_file_looks_at_the_machine(shop):
    shop.config.unlink()
    del shop.env["FRAISIER_CONFIG"]
    findings, code = found(shop, "provider-test", "bare-metal")
    assert (code, {row["check"] for row in findings}) == (0, {"git", "service manager"})


def test_provider_test_passes_no_broken_file_by(shop):
    shop.config.write_text("fraises: {shop: {environmnts: {}}}\n")
    refused = shop.run("provider-test", "bare_metal")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "unknown key 'environmnts'" in refused.stderr


def test_provider_test_with_a_file_of_its_own(shop):
    file = shop.root / "provider.yaml"
    file.write_text(f"app_path: {shop.root}/new\nservice:\n  command: ./serve\n  port: {shop.port()}\n")
    with socket.create_server(("127.0.0.1", shop.port())):
        [(check, said, _)] = wrong(shop, "provider-test", "bare_metal", "--config-file", str(file))
    assert check == "provider/test"
    assert f"Port {shop.port()} is taken" in said
    assert wrong(shop, "provider-test", "bare_metal", "--config-file", str(file)) == []
    whole = shop.run("provider-test", "bare_metal", "--config-file", str(shop.config))
    assert whole.exit_code == 0
    assert "shop/production" in whole.stdout


def test_a_mistake_in_that_file_is_named_where_it_stands(shop):
    file = shop.root / "provider.yaml"
    file.write_text("service: {command: ./serve}\napp_pth: /srv\n")
    refused = shop.run("provider-test", "bare_metal", "--config-file", str(file))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"{file}:2:1  app_pth  unknown key 'app_pth'" in refused.stderr


def test_a_provider_that_is_not_there(shop):
    assert "not supported yet" in shop.run("provider-test", "coolify").stderr
    unknown = shop.run("provider-test", "mainframe")
    assert unknown.exit_code == 2
    assert "mainframe" in unknown.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_who_may_not_look_is_told_so_in_one_line(shop):
    shop.commit()
    shop.deploy()
    for folder in (shop.root, *shop.root.parents):
        if folder.name.startswith(("pytest", "popen", "test_")) or folder == shop.root:
            folder.chmod(0o755)
    shop.home.chmod(0o777)
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", shop.fraisier, "doctor"],
        env=shop.env,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("✗ database: ")]
    assert "✓ configuration: " in done.stdout
    assert "✓ events: " in done.stdout
