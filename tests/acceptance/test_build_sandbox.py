"""`build_sandbox:`, and `sandbox:` of a hook: it can write in its release only and leaves no process behind."""

import os
import signal
import tempfile
from pathlib import Path

import pytest

from tests.support.processes import until
from tests.support.running import running as started
from tests.support.shop import Shop

USER = "nobody"
PYTHON = "/usr/bin/python3"

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else"),
    pytest.mark.skipif(not Path(PYTHON).exists(), reason=f"no {PYTHON}, which everybody may run"),
]


@pytest.fixture
def shop(short_folder):
    """A shop in a place that everybody may enter."""
    short_folder.chmod(0o755)
    made = Shop(short_folder, short_folder)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def outside():
    """A folder in which everybody may write; another fraise's, say."""
    with tempfile.TemporaryDirectory(prefix="fr-outside-", dir="/var/lib") as made:
        folder = Path(made)
        folder.chmod(0o777)
        yield folder


def configure(shop, build, **more):
    service = {"command": [PYTHON, "app.py"]}
    shop.configure(user=USER, service=service, build=["sh", "-ec", build], **({"build_sandbox": True} | more))
    shop.commit()


def running(word):
    """Processes of the machine that have this word in their command line."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().split(b"\0"))
        except OSError:
            continue
    return [line for line in lines if word.encode() in line]


def test_an_honest_build_works_with_its_cache_and_leaves_nothing_behind(shop, outside):
    ends = f"{os.getpid()}.75"
    build = (
        f'test "$TOKEN" = s3cret; test "$(id -un)" = {USER}; mktemp; touch made /tmp/a {outside}/cached; '
        f"ls /tmp > tmp; ps -e -o comm= > seen; grep NoNewPrivs: /proc/self/status > privileges; "
        f"setsid sleep {ends} > /dev/null 2>&1 & echo started > started"
    )
    configure(shop, build, build_writes=str(outside), env_vars={"TOKEN": "${TOKEN}"})
    shop.env["TOKEN"] = "s3cret"
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    [name] = shop.releases()
    release = shop.app_path() / "releases" / name
    assert {(release / "made").owner(), (outside / "cached").owner()} == {USER}
    assert "a" in (release / "tmp").read_text().split()
    assert not Path("/tmp/a").exists()
    assert "fraisier" not in (release / "seen").read_text()
    assert (release / "privileges").read_text().split()[1] == "1"
    assert (release / "started").exists()
    assert running(ends) == []


def test_a_build_cannot_write_elsewhere_and_is_told_so(shop, outside):
    remounts = f"unshare -Urm sh -c 'mount -o remount,bind,rw /; touch {outside}/mine' || true"
    configure(shop, f"{remounts}; touch {outside}/mine")
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert "Read-only file system" in answer["error"]["message"]
    assert "build_writes" in answer["error"]["hint"]
    assert list(outside.iterdir()) == []


def test_without_a_sandbox_the_same_build_may(shop, outside):
    configure(shop, f"touch {outside}/mine", build_sandbox=False)
    assert shop.deploy()["status"] == "success"
    assert (outside / "mine").exists()


def test_a_folder_that_is_not_there_is_named(shop):
    configure(shop, "true", build_writes=str(shop.root / "nowhere"))
    answer = shop.deploy()
    assert f"cannot start in a sandbox: {shop.root}/nowhere: No such file" in answer["error"]["message"]
    assert "build_sandbox: false" in answer["error"]["hint"]


@pytest.mark.parametrize("build", ["sleep {0}", "setsid sleep {0} & sleep {0}"])
def test_a_build_past_its_deadline_ends_with_all_it_started(shop, build):
    ends = f"{os.getpid()}.85"
    configure(shop, build.format(ends), build_timeout="1s")
    answer = shop.deploy()
    assert "not done after 1 s" in answer["error"]["message"]
    assert until(lambda: running(ends) == [])


def test_a_build_s_own_exit_code_is_told(shop):
    configure(shop, "exit 7")
    assert "exit code 7" in shop.deploy()["error"]["message"]


def test_whoever_recovers_ends_what_runs_in_the_sandbox(shop):
    ends = f"{os.getpid()}.95"
    shop.env["FRAISIER_LEASE_SECONDS"] = "2"
    configure(shop, f"setsid sleep {ends} & sleep {ends}")
    with started(shop, "deploy", "shop", "production", "--json") as owner:
        assert until(lambda: len(running(ends)) >= 2)
        owner.signal(signal.SIGKILL)
        owner.process.wait()
    configure(shop, "true")
    result = shop.run("deploy", "shop", "production")
    assert "An interrupted deployment of this lane was found" in result.output
    assert (result.exit_code, running(ends)) == (0, [])


def test_a_hook_that_asks_for_it_can_write_in_its_release_only(shop, outside):
    hook = {"command": f"touch made; touch {outside}/mine", "sandbox": True, "on_failure": "warn"}
    configure(shop, "true", hooks={"pre_deployment": [hook, f"touch {outside}/theirs"]})
    assert shop.deploy()["status"] == "success"
    [name] = shop.releases()
    assert (shop.app_path() / "releases" / name / "made").owner() == USER
    assert [path.name for path in outside.iterdir()] == ["theirs"]
    said = shop.run("logs", "dep_00001").output
    assert f"cannot touch '{outside}/mine': Read-only file system" in said
