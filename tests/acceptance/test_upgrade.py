"""The documented upgrade: backup, stop, pip install --upgrade, look, start; and everything is remembered."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
NEXT = "9.9.9"


def wheel(folder, version=None):
    """The wheel of this tree, under another version if wanted."""
    tree = folder / "tree"
    tree.mkdir(parents=True)
    shutil.copytree(ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "LICENSE", "pyproject.toml"):
        shutil.copy(ROOT / name, tree)
    if version:
        project = tree / "pyproject.toml"
        project.write_text(
            re.sub(r'^version = ".*"$', f'version = "{version}"', project.read_text(), flags=re.MULTILINE)
        )
    subprocess.run(
        [*PIP, "wheel", str(tree), "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)],
        check=True,
    )
    [built] = folder.glob("fraisier-*.whl")
    return built


@pytest.mark.feature("ETC-16")
@pytest.mark.timeout(400)
def test_an_upgrade_keeps_the_history(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("upgrade")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", str(venv)], check=True)
    install = [*PIP, "--python", str(venv), "install", "--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*install, str(wheel(folder / "old"))], check=True)
    shop.fraisier = venv / "bin" / "fraisier"
    with shop.serving():
        sha = shop.commit()
        shop.deploy()
    backup = shop.root / "before.db"
    assert shop.run("db", "backup", str(backup)).exit_code == 0
    subprocess.run([*install, "--upgrade", str(wheel(folder / "new", NEXT))], check=True)
    assert shop.run("--version").stdout == f"fraisier {NEXT}\n"
    assert shop.run("provider-test", "bare_metal").exit_code == 0
    with shop.serving():
        [row] = shop.history()
        assert (row["new_version"], row["status"]) == (sha, "success")
        shop.commit()
        assert shop.deploy()["deployment_id"] == "dep_00002"
    assert backup.stat().st_size > 0
