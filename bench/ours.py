"""Our side: a shop with one version deployed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.own_time import waited
from tests.support.shop import FRAISIER, Shop


class Ours:
    """The installed command in an installation of its own; leaves nothing running."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.sockets = tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp")
        self.shop = Shop(folder, Path(self.sockets.name))
        self.waits = folder / "waits"
        self.shop.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, it: BaseException | None, at: TracebackType | None
    ) -> None:
        self.shop.close()
        self.sockets.cleanup()

    def run(self, *arguments: str) -> float:
        """The seconds of the whole process."""
        return self._run(str(FRAISIER), *arguments)

    def deploy(self) -> tuple[float, float]:
        """Deploy the live version again: the seconds of the whole process, and those not spent waiting."""
        script = str(Path(__file__).with_name("own_time.py"))
        whole = self._run(sys.executable, script, str(self.waits), "deploy", "shop", "production", "--force")
        return whole, whole - waited(self.waits)

    def _run(self, *argv: str) -> float:
        started = time.perf_counter()
        subprocess.run(
            argv,
            env=self.shop.env,
            cwd=self.shop.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        return time.perf_counter() - started
