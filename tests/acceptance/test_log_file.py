"""`fraisier.log`: what was done, by whom it was asked for, and no secret in it."""

import json
import os
import re
import subprocess

import pytest

from tests.support import github
from tests.support.processes import until
from tests.support.shop import SECRET

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a folder over /opt")


def log(shop):
    return (shop.root / "logs" / "fraisier.log").read_text()


@pytest.mark.feature("ETC-18")
def test_what_a_deployment_does_is_written_down(shop):
    shop.commit()
    assert shop.run("deploy", "shop", "production").exit_code == 0
    lines = log(shop).splitlines()
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING) fraisier\.[\w.]+ \[req_00001 dep_00001( \w+)?\] \S"
    assert [line for line in lines if not re.match(form, line)] == []
    assert any("[req_00001 dep_00001 switch_release] switch_release done after" in line for line in lines)
    assert (shop.root / "logs" / "fraisier.log").stat().st_mode & 0o777 == 0o640


def test_json_lines_carry_request_deployment_and_step(shop):
    shop.env["FRAISIER_LOG_FORMAT"] = "json"
    shop.commit("sick")
    shop.deploy()
    records = [json.loads(line) for line in log(shop).splitlines()]
    assert {record["request"] for record in records} == {"req_00001"}
    assert {record["deployment"] for record in records} == {"dep_00001"}
    assert {"fetch_commit", "check_health", None} <= {record["step"] for record in records}
    assert {"time", "level", "logger", "request", "deployment", "step", "message", "exception"} == set(
        records[0]
    )


def test_a_push_is_followed_from_its_webhook_to_its_deployment(shop):
    shop.configure_webhook()
    first, second = shop.commit(), shop.commit()
    payload = github.push(clone_url=str(shop.repository.origin), before=first, after=second)
    with shop.serving() as address:
        assert github.send(address, payload, secret=SECRET, **{"X-Request-Id": "asked-1"}).status == 202
        assert until(lambda: shop.rows("SELECT 1 FROM tb_deployment WHERE status = 'success'"), 30)
    text = log(shop)
    assert "[asked-1]" in text
    assert "[req_00001 dep_00001 check_health]" in text


@pytest.mark.parametrize(
    "arguments", [["list"], ["history"], ["status-all"], ["deploy", "shop", "production", "--dry-run"]]
)
def test_who_only_looks_leaves_no_log(shop, arguments):
    shop.commit()
    assert shop.run(*arguments).exit_code == 0
    assert not (shop.root / "logs").exists()


def test_no_secret_is_logged(shop):
    shop.env |= {"API_KEY": "s3cr3t-77c1", "FRAISIER_LOG": "debug"}
    shop.configure(env_vars={"API_KEY": "${API_KEY}"})
    shop.commit("bad-build", **{"build.sh": '#!/bin/sh\necho "no: $API_KEY" >&2; exit 1\n'})
    shop.run("deploy", "shop", "production")
    assert "build_release failed" in log(shop)
    assert "s3cr3t-77c1" not in log(shop)


def test_a_folder_that_cannot_be_written_stops_no_deployment(shop):
    (shop.root / "file").write_text("")
    shop.env["FRAISIER_LOG_DIR"] = str(shop.root / "file" / "below")
    shop.commit()
    assert shop.run("deploy", "shop", "production").exit_code == 0


def test_a_full_disk_of_logs_stops_no_deployment(shop):
    (shop.root / "logs").mkdir()
    (shop.root / "logs" / "fraisier.log").symlink_to("/dev/full")
    shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert (result.exit_code, result.stderr) == (0, "")


LAYOUT = """
set -e
mount -t tmpfs none /opt
mount -t tmpfs -o ro none /var/lib
mkdir -p /opt/fraisier/config /opt/fraisier/data /opt/fraisier/logs /opt/fraisier/providers
cp "$SHOP_FILE" /opt/fraisier/config/fraises.yaml
fraisier validate
fraisier plugin install "$PLUGIN"
fraisier deploy shop production >/dev/null
find /opt/fraisier -type f ! -name '*-wal' ! -name '*-shm' ! -name '*.pyc' | sort
[ -n "$(cat /opt/fraisier/logs/fraisier.log)" ]
cp /opt/fraisier/config/fraises.yaml /opt/fraisier/fraises.yaml
fraisier validate
"""


@needs_root
@pytest.mark.feature("ETC-08", "CFG-33", "PRV-16")
def test_the_installed_layout_is_used_where_it_exists(shop):
    """In a namespace of its own, so that nobody else's /opt is touched."""
    shop.commit()
    plugin = shop.root / "my_provider.py"
    plugin.write_text("class Mine:\n    def deploy(self): ...\n    def health_check(self): ...\n")
    kept = {
        name: text
        for name, text in shop.env.items()
        if not name.startswith("FRAISIER_") or name.endswith("WORK_DIR")
    }
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", LAYOUT],
        env={**kept, "SHOP_FILE": str(shop.config), "PLUGIN": str(plugin)},
        cwd=shop.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "unshare failed" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 0, done.stderr
    assert "/opt/fraisier/config/fraises.yaml is valid" in done.stdout
    assert "/opt/fraisier/fraises.yaml is valid" in done.stdout
    assert "/opt/fraisier/config/fraises.yaml exists too and is ignored" in done.stderr
    assert "provider my_provider: /opt/fraisier/providers/my_provider.py" in done.stdout
    assert "/opt/fraisier/data/fraisier.db\n/opt/fraisier/logs/fraisier.log\n" in done.stdout
