"""Providers of one's own: the faq's file, installed and deployed to; the prd's class as a plugin."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import processes
from tests.support.cloud import Cloud, cloud
from tests.support.plugins import plugin
from tests.support.running import running
from tests.support.shop import Shop


@pytest.fixture
def stub() -> Iterator[Cloud]:
    with cloud() as running:
        yield running


def configure(shop: Shop, provider: str, **options: str) -> None:
    production = {
        "git_repo": str(shop.repository.origin),
        "provider": provider,
        "provider_config": options,
        "hold_on_failure": False,
    }
    shop.write_config({"fraises": {"shop": {"environments": {"production": production}}}})


def faq(shop: Shop, stub: Cloud, folder: Path) -> None:
    """The faq's steps 1 to 4."""
    folder.mkdir()
    text = plugin("custom_provider_impl").replace("https://api.mycloud.example.com", stub.address)
    (folder / "custom_provider.py").write_text(plugin("custom_provider"))
    (folder / "custom_provider_impl.py").write_text(text)
    installed = shop.run("plugin", "install", str(folder / "custom_provider_impl.py"))
    assert installed.exit_code == 0, installed
    health = f"{stub.address}/health"
    configure(shop, "custom_provider", api_url="https://api.mycloud.example.com", health_check_url=health)


@pytest.mark.feature("PRV-10", "PRV-17")
def test_the_faq_s_file_installs_and_deploys(shop: Shop, stub: Cloud, tmp_path: Path):
    faq(shop, stub, tmp_path / "plugin")
    v1 = shop.commit()
    first = shop.deploy()
    assert (first["status"], first["new_version"], stub.version) == ("success", v1, v1)
    ((_, asked),) = stub.calls
    assert asked["service"] == "shop"
    assert asked["config"]["api_url"] == "https://api.mycloud.example.com"
    assert shop.deploy()["status"] == "up_to_date"
    assert shop.status()["observed"]["running"] is True
    assert shop.run("test", "shop", "production").exit_code == 0


@pytest.mark.feature("PRV-10")
def test_a_sick_version_goes_back_with_the_faq_s_rollback(shop: Shop, stub: Cloud, tmp_path: Path):
    faq(shop, stub, tmp_path / "plugin")
    v1 = shop.commit()
    shop.deploy()
    v2 = shop.commit()
    stub.sick.add(v2)
    ended = shop.deploy()
    assert (ended["status"], stub.version) == ("rolled_back", v1), ended["error"]
    assert [what for what, _ in stub.calls] == ["deploy", "deploy", "rollback"]


def test_a_refused_version_goes_back_by_name_because_nobody_knows_what_previous_means(
    shop: Shop, stub: Cloud, tmp_path: Path
):
    faq(shop, stub, tmp_path / "plugin")
    shop.commit()
    shop.deploy()
    v2 = shop.commit()
    shop.deploy()
    stub.refused.add(shop.commit())
    ended = shop.deploy()
    assert (ended["status"], stub.version) == ("rolled_back", v2)
    assert "deploy() returned False" in ended["error"]["message"]
    assert stub.calls[-1][1]["version"] == v2


def test_rollback_by_a_person(shop: Shop, stub: Cloud, tmp_path: Path):
    faq(shop, stub, tmp_path / "plugin")
    versions = []
    for _ in range(3):
        versions.append(shop.commit())
        shop.deploy()
    assert shop.rollback()["new_version"] == stub.version == versions[1]
    assert stub.calls[-1][0] == "rollback"
    shop.deploy(*("production", "--commit", versions[2]))
    assert shop.rollback("production", "--to", versions[0])["status"] == "success"
    assert stub.version == versions[0]
    assert stub.calls[-1][0] == "deploy"


def test_without_a_repository_a_version_is_named(shop: Shop, stub: Cloud, tmp_path: Path):
    faq(shop, stub, tmp_path / "plugin")
    text = shop.config.read_text().replace(f"git_repo: {shop.repository.origin}", "branch: main")
    shop.config.write_text(text)
    unknown = shop.run("deploy", "shop", "production")
    assert unknown.exit_code == 2
    assert "--commit VERSION" in unknown.output
    assert shop.run("deploy", "shop", "production", "--commit", "1.4.0", "--dry-run").exit_code == 0
    assert shop.deploy("production", "--commit", "1.4.0")["new_version"] == stub.version == "1.4.0"


@pytest.mark.feature("PRV-11", "PRV-15")
def test_a_provider_written_for_the_prd_s_interface(shop: Shop, stub: Cloud, tmp_path: Path):
    file = tmp_path / "anything.py"
    file.write_text(plugin("sync_cloud"))
    assert shop.run("plugin", "install", str(file)).exit_code == 0
    shop.env["CLOUD_TOKEN"] = "tok-77-very-secret"
    configure(shop, "sync_cloud", api_url=stub.address, token="${CLOUD_TOKEN}")
    v1 = shop.commit()
    assert shop.deploy()["status"] == "success"
    stub.refused.add(shop.commit())
    full = shop.deploy()
    assert (full["status"], stub.version) == ("rolled_back", v1)
    assert full["error"]["message"].endswith("the cloud is full for ***")
    stub.sick.add(shop.commit())
    sick = shop.deploy()
    assert (sick["status"], stub.version) == ("rolled_back", v1)
    assert "status 503" in sick["error"]["message"]
    logs = shop.run("logs", "shop", "production", "--tail", "2")
    assert "line 1 of shop" in logs.stdout
    assert not shop.files_holding("tok-77-very-secret")


def test_a_first_deployment_that_fails_is_stopped(shop: Shop, stub: Cloud, tmp_path: Path):
    faq(shop, stub, tmp_path / "plugin")
    stub.refused.add(shop.commit())
    ended = shop.deploy()
    assert ended["status"] == "failed"
    assert "stop()" in ended["not_undone"][0]["how"]


def test_a_process_that_dies_while_the_provider_works_leaves_one_version(
    shop: Shop, stub: Cloud, tmp_path: Path
):
    shop.env["FRAISIER_LEASE_SECONDS"] = "1"
    faq(shop, stub, tmp_path / "plugin")
    shop.commit()
    shop.deploy()
    v2 = shop.commit()
    stub.open.clear()
    with running(shop, "deploy", "shop", "production") as dying:
        assert processes.until(lambda: len(stub.calls) == 2, 30)
        dying.signal(signal.SIGKILL)
    stub.open.set()
    ended = shop.deploy()
    assert ended["status"] in {"success", "up_to_date"}, ended
    assert stub.version == v2
    first = shop.rows("SELECT status, new_version FROM tb_deployment ORDER BY pk_deployment")[1]
    assert first == {"status": "success", "new_version": v2}
