"""`user:` — the service, its build, its hooks and its migration run as a named user who is not root."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from tests.support.shop import Shop

USER = "nobody"
PYTHON = "/usr/bin/python3"
SAYS = 'echo "$(id -un) $(id -gn) $(id -Gn) $HOME" >>'
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
OLD_PYTHON = pytest.mark.skipif(not Path(PYTHON).exists(), reason=f"no {PYTHON}, which everybody may run")

pytestmark = [ROOT_ONLY, OLD_PYTHON]


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
def diary(shop):
    """A file in which the user may write."""
    path = shop.root / "diary"
    path.touch()
    path.chmod(0o666)
    return path


def configure(shop, **more):
    shop.configure(user=USER, service={"command": [PYTHON, "app.py"]}, **more)


def status(pid, name):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return line.split()[1:]
    raise AssertionError(name)


@pytest.mark.feature("DEP-21")
def test_everything_runs_as_the_user(shop, diary):
    says = {name: f"{SAYS} {diary}; echo {name} >> {diary}" for name in ("build", "migrate", "pre", "post")}
    configure(
        shop,
        build=["sh", "-c", f"{says['build']}; touch made"],
        database={"migrate": ["sh", "-c", says["migrate"]]},
        hooks={"pre_deployment": [says["pre"]], "post_deployment": [says["post"]]},
        env_vars={"TOKEN": "${TOKEN}"},
    )
    shop.env["TOKEN"] = "s3cret-token"
    sha = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    me = pwd.getpwnam(USER)
    about = shop.about()
    assert status(about["pid"], "Uid") == [str(me.pw_uid)] * 4
    assert status(about["pid"], "Gid") == [str(me.pw_gid)] * 4
    assert "0" not in status(about["pid"], "Groups")
    assert (about["environment"]["TOKEN"], about["environment"]["HOME"]) == ("s3cret-token", me.pw_dir)
    lines = diary.read_text().splitlines()
    assert sorted(lines[1::2]) == ["build", "migrate", "post", "pre"]
    assert {line.split()[0] for line in lines[0::2]} == {USER}
    assert not any("root" in line for line in lines)
    assert shop.live_version() == sha


def test_what_a_build_brings_along_cannot_become_somebody_else(shop, diary):
    says = f"sed -n s/^NoNewPrivs://p /proc/self/status >> {diary}"
    configure(shop, build=["sh", "-c", says], hooks={"pre_deployment": [says]})
    shop.commit()
    shop.deploy()
    assert diary.read_text().split() == ["1", "0"]


@pytest.mark.feature("DEP-21")
def test_the_release_is_the_user_s_and_its_secrets_are_not(shop):
    configure(shop, build=["touch", "made"])
    shop.commit()
    assert shop.deploy()["status"] == "success"
    [name] = shop.releases()
    releases = shop.app_path() / "releases"
    assert {path.owner() for path in (releases / name, *(releases / name).rglob("*"))} == {USER}
    env = releases / f"{name}.env"
    assert (env.owner(), env.stat().st_mode & 0o777) == ("root", 0o600)


@pytest.mark.feature("DEP-21")
def test_a_rollback_serves_as_the_user_too(shop):
    configure(shop)
    first = shop.commit()
    shop.deploy()
    shop.commit()
    shop.deploy()
    assert shop.rollback()["status"] == "success"
    assert shop.live_version() == first
    assert status(shop.about()["pid"], "Uid")[0] == str(pwd.getpwnam(USER).pw_uid)


def test_a_user_that_does_not_exist_is_named(shop):
    configure(shop)
    shop.config.write_text(shop.config.read_text().replace(f"user: {USER}", "user: nemo"))
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert answer["error"]["message"].startswith("There is no user called nemo on ")


@pytest.mark.feature("DEP-21")
def test_who_is_not_root_cannot_serve_as_somebody_else(shop):
    """In a user namespace of one's own nobody is root."""
    configure(shop)
    shop.commit()
    unshare = shutil.which("unshare")
    shop.fraisier, arguments = Path(unshare), ["--user", str(shop.fraisier)]
    result = shop.run(*arguments, "deploy", "shop", "production", "--json")
    assert result.exit_code == 1
    message = result.json["error"]["message"]
    assert message.startswith(f"Only root can run a service as {USER}, and Fraisier is not root on ")
