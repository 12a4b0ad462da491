"""Fraisier in the hosts: the wheel of this checkout in a virtual environment of their own Python, /opt/fraisier.

What it depends on is downloaded by this machine's pip; the hosts reach no registry.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.hosts import shell
from tests.hosts.layers import change, layer
from tests.hosts.root import python_version

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input")
_ENVIRONMENT = """\
set -e
python3 -m venv /opt/fraisier
/opt/fraisier/bin/pip install --quiet --disable-pip-version-check --no-index --no-deps /mnt/*.whl
ln -s /opt/fraisier/bin/fraisier /usr/local/bin/fraisier
"""
_FRAISIER = (
    "/opt/fraisier/bin/pip install --quiet --disable-pip-version-check --no-index --no-deps /mnt/*.whl"
)


def dependencies(root: Path) -> Path:
    """Over the root: the virtual environment with all that Fraisier depends on."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    recipe = [root.name, wanted, CONSTRAINTS.read_text(encoding="utf-8"), _ENVIRONMENT]
    return layer("dependencies", recipe, lambda folder: _install_dependencies(folder, root, wanted))


def fraisier(dependencies: Path, root: Path) -> Path:
    """Over both: Fraisier as this checkout has it now."""
    return layer(
        "fraisier", [dependencies.name, _sources()], lambda folder: _install(folder, [dependencies, root])
    )


def _install_dependencies(folder: Path, root: Path, wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory() as wheels:
        shell.run(
            *PIP, "download", "--dest", wheels, "--only-binary=:all:", "--implementation=cp",
            f"--python-version={python_version(root)}", "--constraint", CONSTRAINTS, *wanted, deadline=300,
        )  # fmt: skip
        change(folder, [root], Path(wheels), "sh", "-c", _ENVIRONMENT)


def _install(folder: Path, below: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as wheels:
        shell.run(
            *PIP, "wheel", ROOT, "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, deadline=120
        )
        change(folder, below, Path(wheels), "sh", "-c", _FRAISIER)


def _sources() -> str:
    digest = hashlib.sha256()
    paths = [path for path in sorted((ROOT / "src").rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    for path in [ROOT / "pyproject.toml", ROOT / "README.md", *paths]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
