from __future__ import annotations

from pathlib import Path

import pytest

from fraisier.git import mirror
from fraisier.git.mirror import mirror_path, work_folder


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    for name in ("FRAISIER_WORK_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_the_named_folder_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("FRAISIER_WORK_DIR", str(tmp_path / "work"))
    assert work_folder() == tmp_path / "work"


def test_the_system_wide_folder_if_it_can_be_made(monkeypatch, tmp_path):
    monkeypatch.setattr(mirror, "SYSTEM_WIDE", tmp_path / "fraisier")
    assert work_folder() == tmp_path / "fraisier"
    assert not (tmp_path / "fraisier").exists()


def test_else_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(mirror, "SYSTEM_WIDE", Path("/proc/nowhere/fraisier"))
    assert work_folder() == tmp_path / "home" / ".cache" / "fraisier"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert work_folder() == tmp_path / "cache" / "fraisier"


def test_one_mirror_per_repository(monkeypatch, tmp_path):
    monkeypatch.setenv("FRAISIER_WORK_DIR", str(tmp_path))
    named = mirror_path("https://example.com/org/shop.git")
    assert Path(named).parent == tmp_path / "mirrors"
    assert Path(named).name.startswith("example.com-org-shop-")
    assert mirror_path("https://example.com/org-shop.git") != named
    assert mirror_path("https://bot:${TOKEN}@example.com/org/shop.git") == named
    assert mirror_path("https://bot:s3cret@example.com/org/shop.git") == named


@pytest.mark.parametrize(
    "git_repo", ["../../etc", "https://h/../../x;rm -rf $(y)\n", "/", "x" * 500, "https://u:tok@h/"]
)
def test_the_name_is_a_plain_one(monkeypatch, tmp_path, git_repo):
    monkeypatch.setenv("FRAISIER_WORK_DIR", str(tmp_path))
    path = Path(mirror_path(git_repo))
    assert path.parent == tmp_path / "mirrors"
    assert len(path.name) < 100
    assert set(path.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert "tok" not in path.name
