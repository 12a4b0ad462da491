"""A Git work tree on another machine, used in place over SSH: commits travel there, no repository is reachable from it."""

from __future__ import annotations

import subprocess

import pytest

from tests.acceptance.targets.kinds import closing
from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(600)]


@pytest.fixture
def shop(fleet, tmp_path, short_folder):
    yield from closing(SshShop(tmp_path, short_folder, fleet[:1]))


def git(shop, *words):
    """Git on that machine, in the tree."""
    return shop.on().ask("git", "-c", "safe.directory=*", "-C", str(shop.app_path()), *words).strip()


def test_there_back_by_itself_and_back_by_hand(shop, tmp_path):
    first = shop.commit()
    bundle = shop.there / "first.bundle"
    seen = shop.seen(bundle)
    seen.parent.mkdir(parents=True, exist_ok=True)
    origin = str(shop.repository.origin)
    subprocess.run(["git", "-C", origin, "bundle", "create", "--quiet", str(seen), "main"], check=True)
    shop.on().ask("git", "clone", "--quiet", "--branch", "main", str(bundle), str(shop.app_path()))
    assert shop.deploy()["status"] == "success"
    assert (shop.live_version(), git(shop, "rev-parse", "HEAD")) == (first, first)
    second = shop.commit()
    assert shop.deploy()["new_version"] == second
    shop.commit("sick")
    assert shop.deploy()["status"] == "rolled_back"
    assert (shop.live_version(), git(shop, "rev-parse", "HEAD")) == (second, second)
    assert git(shop, "status", "--porcelain", "--untracked-files=no") == ""
    assert shop.rollback()["status"] == "success"
    assert (shop.live_version(), git(shop, "rev-parse", "HEAD")) == (first, first)
