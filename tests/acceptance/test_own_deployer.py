"""Deployers of one's own: installed as plugins, named in fraises.yaml, run by the installed command."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.console import Written, script
from tests.support.plugins import plugin
from tests.support.shop import Shop


def install(shop: Shop, name: str, folder: Path) -> None:
    file = folder / f"{name}.py"
    file.write_text(plugin(name))
    installed = shop.run("plugin", "install", str(file))
    assert installed.exit_code == 0, installed
    production = shop.environment(service=None, health_check=None, hold_on_failure=False)
    shop.write_config({"fraises": {"shop": {"type": name, "environments": {"production": production}}}})


def page(name: str) -> str:
    """A file as the guide for authors of plugins shows it."""
    text = (Path(__file__).parents[2] / "docs/how-to/write-your-own-provider-or-deployer.md").read_text()
    return next(one.text for one in script(text) if isinstance(one, Written) and one.name == name)


@pytest.mark.feature("TYP-07")
def test_the_steps_of_a_service_with_one_more(shop: Shop, tmp_path: Path):
    file = tmp_path / "announcing.py"
    file.write_text(page("announcing.py"))
    assert shop.run("plugin", "install", str(file)).exit_code == 0
    production = shop.environment(hold_on_failure=False)
    shop.write_config(
        {"fraises": {"shop": {"type": "announcing", "environments": {"production": production}}}}
    )
    v1 = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == (shop.root / "srv/announced").read_text() == v1
    assert shop.deploy()["status"] == "up_to_date"
    shop.commit("sick")
    assert shop.deploy()["status"] == "rolled_back"
    assert shop.live_version() == (shop.root / "srv/announced").read_text() == v1


def published(shop: Shop) -> Path:
    return Path(f"{shop.app_path()}-published")


@pytest.mark.feature("TYP-07")
def test_methods_are_steps(shop: Shop, tmp_path: Path):
    install(shop, "functions", tmp_path)
    v1 = shop.commit()
    first = shop.deploy()
    assert first["status"] == "success", first
    assert [step["name"] for step in first["steps"]] == ["call_python"] * 3 + ["check_health"]
    assert (published(shop) / "live").read_text() == v1
    assert shop.deploy()["status"] == "up_to_date"
    v2 = shop.commit()
    assert shop.deploy()["old_version"] == v1
    assert (published(shop) / "log").read_text() == f"nothing -> {v1}\n{v1} -> {v2}\n"
    assert shop.rollback()["status"] == "success"
    assert (published(shop) / "live").read_text() == v1


@pytest.mark.feature("TYP-07")
def test_what_fails_is_undone(shop: Shop, tmp_path: Path):
    install(shop, "functions", tmp_path)
    v1 = shop.commit()
    shop.deploy()
    shop.commit()
    (published(shop) / "broken").touch()
    ended = shop.deploy()
    assert ended["status"] == "rolled_back"
    assert (published(shop) / "live").read_text() == v1
    assert "returned non-zero exit status 1" in ended["error"]["message"]


@pytest.mark.feature("TYP-07")
def test_the_architecture_s_deployer_with_nothing_but_execute(shop: Shop, tmp_path: Path):
    install(shop, "custom_deployer", tmp_path)
    v1 = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert Path(f"{shop.app_path()}-executed").read_text() == v1
    shop.commit()
    Path(f"{shop.app_path()}-broken").touch()
    ended = shop.deploy()
    assert ended["status"] == "rolled_back"
    assert ended["error"]["message"] == "execute(): it is broken"
    (left,) = ended["not_undone"]
    assert left["what"] == "whatever execute() changed"
