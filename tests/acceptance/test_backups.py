"""Backups: made, proved, copied, and only then are old ones removed. Only a person restores."""

import os
import shutil
import time

import pytest

MAKE = '#!/bin/sh\ncp "$DATA" "$BACKUP_FILE.txt"\n'
PROVE = '#!/bin/sh\ngrep -q bread "$BACKUP_FILE"\n'
RESTORE = '#!/bin/sh\ncp "$BACKUP_FILE" "$DATA"\n'
DAY = 86400


@pytest.fixture
def vault(shop):
    """A shop that backs up one file."""
    shop.data = shop.root / "data"
    shop.data.write_text("bread 1\n")
    shop.folder = shop.root / "backups"
    shop.away = shop.root / "away"
    shop.away.mkdir()

    def configure(**more):
        job = {
            "schedule": "0 */6 * * *",
            "script_path": "make.sh",
            "backup_path": str(shop.folder),
            "restore_test": "./prove.sh",
            "restore": "./restore.sh",
            **more,
        }
        wanted = {key: value for key, value in job.items() if value is not None}
        environment = shop.environment(service=None, health_check=None, jobs={"daily": wanted})
        environment["env_vars"] = {"DATA": str(shop.data)}
        shop.write_config(
            {"fraises": {"shop": {"type": "backup", "environments": {"production": environment}}}}
        )

    for name, text in {"make.sh": MAKE, "prove.sh": PROVE, "restore.sh": RESTORE}.items():
        path = shop.repository.work / name
        path.write_text(text)
        path.chmod(0o755)
    shop.again = configure
    configure()
    shop.commit()
    assert shop.deploy()["status"] == "success"
    return shop


def run(shop, exit_code=0):
    done = shop.run("job", "run", "shop", "production", "daily", "--json")
    assert done.exit_code == exit_code, done
    return done.json


def listed(shop):
    return [
        (row["backup"], row["good"])
        for row in shop.run("backup", "list", "shop", "production", "--json").json
    ]


def names(shop):
    return sorted(path.name for path in shop.folder.iterdir() if not path.name.startswith("."))


def age(shop, days):
    """As if everything that lies there had been made so long ago."""
    for path in shop.folder.iterdir():
        then = time.time() - days * DAY
        os.utime(path, (then, then))


@pytest.mark.feature("TYP-04")
def test_a_backup_is_made_proved_and_restored_by_a_person(vault):
    answer = run(vault)
    assert [step["name"] for step in answer["steps"]] == ["make_backup", "seal_backup"]
    [(name, good)] = listed(vault)
    assert good
    assert name.startswith("daily-")
    assert (vault.folder / name).read_text() == "bread 1\n"
    assert names(vault) == [name, f"{name}.sha256"]
    vault.data.write_text("mould\n")
    failed = run(vault, exit_code=1)
    assert "The restore test" in failed["error"]["message"]
    assert [good for _, good in listed(vault)] == [False, True]
    asked = vault.run("backup", "restore", "shop", "production")
    assert asked.exit_code == 2
    assert vault.data.read_text() == "mould\n"
    back = vault.run("backup", "restore", "shop", "production", "--yes", "--json")
    assert (back.exit_code, back.json["status"]) == (0, "success"), back
    assert vault.data.read_text() == "bread 1\n"
    (vault.folder / name).write_text("bread, but not this one\n")
    refused = vault.run("backup", "restore", "shop", "production", "--backup", name, "--yes")
    assert refused.exit_code == 1
    assert "Checking" in refused.output
    assert "Not undone" not in refused.output
    assert vault.data.read_text() == "bread 1\n"


@pytest.mark.feature("TYP-04", "CFG-23")
def test_old_backups_go_only_after_a_good_new_one_and_never_the_last_good(vault):
    vault.again(retention_days=7, keep_last=2)
    vault.deploy("production", "--force")
    for _ in range(3):
        run(vault)
    age(vault, days=30)
    vault.data.write_text("mould\n")
    run(vault, exit_code=1)
    assert len(listed(vault)) == 4
    assert sum(good for _, good in listed(vault)) == 3
    vault.data.write_text("bread 2\n")
    answer = run(vault)
    assert answer["steps"][-1]["status"] == "done"
    left = listed(vault)
    assert [good for _, good in left] == [True, False, True]
    assert (vault.folder / left[0][0]).read_text() == "bread 2\n"
    assert len(names(vault)) == 5


@pytest.mark.feature("TYP-04")
def test_a_copy_by_a_command_and_its_failure(vault):
    vault.again(sync=["sh", "-c", f'cp "$BACKUP_FILE" "$BACKUP_FILE.sha256" {vault.away}'])
    vault.deploy("production", "--force")
    run(vault)
    [(name, _)] = listed(vault)
    assert sorted(path.name for path in vault.away.iterdir()) == [name, f"{name}.sha256"]
    vault.again(sync="false", retention_days=1)
    vault.deploy("production", "--force")
    age(vault, days=30)
    assert "Copying the backup" in run(vault, exit_code=1)["error"]["message"]
    assert len(listed(vault)) == 2


@pytest.mark.skipif(shutil.which("rsync") is None and os.environ.get("CI") != "true", reason="no rsync here")
@pytest.mark.feature("TYP-04")
def test_a_copy_by_rsync(vault):
    vault.again(sync_to=str(vault.away))
    vault.deploy("production", "--force")
    run(vault)
    [(name, _)] = listed(vault)
    assert sorted(path.name for path in vault.away.iterdir()) == [name, f"{name}.sha256"]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("#!/bin/sh\ntrue\n", "left no new backup"),
        ('#!/bin/sh\n: > "$BACKUP_FILE"\n', "is empty"),
        ('#!/bin/sh\ncp "$DATA" "$BACKUP_FOLDER/a"; cp "$DATA" "$BACKUP_FOLDER/b"\n', "left 2 new backups"),
    ],
)
def test_what_is_no_backup_is_not_taken_for_one(vault, script, says):
    (vault.repository.work / "make.sh").write_text(script)
    vault.commit()
    vault.deploy()
    assert says in run(vault, exit_code=1)["error"]["message"]
    assert not any(good for _, good in listed(vault))
    nothing = vault.run("backup", "restore", "shop", "production", "--yes")
    assert nothing.exit_code == 2
    assert "no good backup yet" in nothing.stderr


def test_what_others_write_to_the_same_folder_is_not_taken_for_it(vault):
    script = '#!/bin/sh\ncp "$DATA" "$BACKUP_FILE.txt"\necho half > "$BACKUP_FOLDER/other"\n'
    (vault.repository.work / "make.sh").write_text(script)
    vault.commit()
    vault.deploy()
    run(vault)
    assert [name for name, good in listed(vault) if good] == [
        name for name, _ in listed(vault) if name.startswith("daily-")
    ]
    rows = vault.run("backup", "list", "shop", "production", "--json").json
    assert all(row["age_seconds"] >= 0 for row in rows)


def test_without_a_folder_of_ones_own_they_lie_in_fraisiers(vault):
    vault.again(backup_path=None, restore_test=None, restore=None)
    vault.deploy("production", "--force")
    shown = vault.run("job", "run", "shop", "production")
    assert "never restored: no restore_test" in shown.output
    [(name, good)] = listed(vault)
    assert good
    assert (vault.app_path() / ".fraisier" / "backups" / "daily" / name).exists()
    refused = vault.run("backup", "restore", "shop", "production", "--yes")
    assert refused.exit_code == 2
    assert "has no `restore`" in refused.stderr
