"""Compose v2 for the Docker command: this machine's own, else the package of the next Debian that has it.

Where the machine's Debian only has Compose v1, apt reads one private list of sources, made from the machine's own.
"""

from __future__ import annotations

import platform
import shutil
import tempfile
from pathlib import Path

from tests.hosts import shell
from tests.hosts.layers import layer
from tests.hosts.needs import Missing
from tests.hosts.root import package_source

INSTALLED = tuple(
    Path(folder, "docker/cli-plugins/docker-compose")
    for folder in ("/usr/local/libexec", "/usr/local/lib", "/usr/libexec", "/usr/lib")
)
NEWER = "trixie"
PACKAGE = "docker-compose"


def compose_plugin() -> Path:
    """The program. Raises `Missing` where nobody has it."""
    if found := next((path for path in INSTALLED if path.exists()), None):
        return found
    recipe = [platform.machine(), NEWER, PACKAGE, Path(__file__).read_text(encoding="utf-8")]
    return layer("compose", recipe, _build) / "docker-compose"


def _build(folder: Path) -> None:
    address, components = package_source()
    keys = next(Path("/usr/share/keyrings").glob("debian-archive-keyring.*"), None)
    if keys is None:
        raise Missing(
            "Compose v2 is not installed, and only Debian's is known (apt-get install docker-compose-v2)"
        )
    with tempfile.TemporaryDirectory(prefix="fraisier-apt-") as name:
        private = Path(name)
        (private / "lists/partial").mkdir(parents=True)
        (private / "cache/archives/partial").mkdir(parents=True)
        line = f"deb [signed-by={keys}] {address} {NEWER} {' '.join(components)}\n"
        (private / "sources.list").write_text(line, encoding="utf-8")
        apt_get = (
            "apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={private}/sources.list", "-o", "Dir::Etc::sourceparts=-",
            "-o", f"Dir::State::lists={private}/lists", "-o", f"Dir::Cache={private}/cache",
            "-o", "APT::Sandbox::User=root",
        )  # fmt: skip
        shell.run(*apt_get, "update", deadline=300)
        shell.run(*apt_get, "download", PACKAGE, cwd=private, deadline=300)
        [deb] = private.glob("*.deb")
        shell.run("dpkg-deb", "-x", deb, private / "unpacked")
        [plugin] = (private / "unpacked").rglob("cli-plugins/docker-compose")
        shutil.copy2(plugin, folder / "docker-compose")
