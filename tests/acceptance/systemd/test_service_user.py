"""`user:` under systemd: the unit runs as a named user, and its secrets stay with the manager."""

import pytest

from tests.support.host_shop import HostShop
from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.mark.feature("DEP-21")
def test_a_unit_runs_as_the_named_user(host, shop: HostShop):
    user = f"serve{shop.port()}"
    host.ask("useradd", "--system", "--create-home", user)
    build = ["sh", "-c", "id -un > builder; touch ~/mine 2> refused || true"]
    shop.configure(user=user, env_vars={"TOKEN": "${TOKEN}"}, build=build, build_sandbox=True)
    shop.env["TOKEN"] = "s3cret-token"
    sha = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    about = shop.about()
    told = about["environment"]
    assert (told["TOKEN"], told["HOME"]) == ("s3cret-token", f"/home/{user}")
    assert host.ask("ps", "-o", "uid=", "-p", str(about["pid"])).strip() == host.ask("id", "-u", user).strip()
    release = shop.app_path() / "releases" / shop.releases()[0]
    assert host.ask("cat", f"{release}/builder").strip() == user
    assert "Read-only file system" in host.ask("cat", f"{release}/refused")
    assert host.ask("stat", "-c", "%U %a", f"{release}.env").strip() == "root 600"
    assert shop.live_version() == sha


def test_a_build_on_another_machine_is_kept_in_its_release(host, tmp_path, short_folder):
    user = f"far-{short_folder.name}".lower()
    host.ask("useradd", "--system", "--create-home", user)
    shop = SshShop(tmp_path, short_folder, [host])
    try:
        shop.configure(user=user, build_sandbox=True, build=["sh", "-c", "touch made ~/mine"])
        shop.commit()
        answer = shop.deploy()
        assert answer["status"] == "failed"
        assert f"cannot touch '/home/{user}/mine': Read-only file system" in answer["error"]["message"]
        assert "made" not in answer["error"]["message"].partition("touch: ")[2]
        assert "build_writes" in answer["error"]["hint"]
    finally:
        shop.close()
