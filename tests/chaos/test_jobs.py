"""kill -9 at every moment of a backup's run; then an observer starts. No good backup is lost, no half one is good."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import points
from tests.chaos.lane import Lane
from tests.chaos.plans import BACKUP, JOB
from tests.chaos.state import open_work

RUN = ("job", "run", "shop", "production", "daily")
NOT_BEGUN = ("fn_claim_deployment", "fn_start_deployment.before", "fence")
MONTH = 30 * 86400


class Vault(Lane):
    """A lane of backups, with one good one that is a month old."""

    def __init__(self, long: Path, short: Path) -> None:
        super().__init__(long, short)
        environment = self.shop.environment(service=None, health_check=None, jobs={"daily": BACKUP})
        environment["env_vars"] = {"LEDGER": str(self.ledger)}
        fraise = {"type": "backup", "environments": {"production": environment}}
        self.shop.write_config({"fraises": {"shop": fraise}})
        self.shop.commit()
        assert self.shop.deploy()["status"] == "success"
        assert self.run(*RUN)[0] == 0

    @property
    def folder(self) -> Path:
        return self.shop.app_path() / ".fraisier/backups/daily"

    def good(self) -> set[str]:
        """The backups that are called good; each must be what its checksum says."""
        names = {path.name.removesuffix(".sha256") for path in self.folder.glob("*.sha256")}
        for name in names:
            check = ["sha256sum", "--check", "--strict", "--quiet", f"./{name}.sha256"]
            subprocess.run(check, cwd=self.folder, check=True, capture_output=True)
        return names

    def age(self) -> None:
        then = time.time() - MONTH
        for path in self.folder.iterdir():
            os.utime(path, (then, then))

    def runs(self) -> int:
        return int(self.shop.rows("SELECT COUNT(*) AS count FROM tb_deployment")[0]["count"])

    def made(self) -> int:
        return self.ledger.read_text(encoding="utf-8").count("made")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    with tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as short:
        made = Vault(tmp_path_factory.mktemp("vault"), Path(short))
        try:
            yield made
        finally:
            made.shop.close()


@pytest.mark.parametrize("at", points.sample(points.forward(JOB), share=0.5))
def test_a_backup_whose_run_dies(vault: Vault, at: str):
    vault.age()
    before, made, runs = vault.good(), vault.made(), vault.runs()
    vault.kill(at, *RUN)
    vault.recover()
    assert open_work(vault.shop.database) == []
    row = vault.newest()
    assert row["status"] in {"success", "failed"}, row
    assert vault.made() - made <= 1
    now = vault.good()
    assert now
    if row["status"] == "success":
        assert len(now - before) == 1
    elif not at.startswith(NOT_BEGUN):
        assert now >= before or now - before
        assert "interrupted" in row["error_message"]
    assert vault.runs() > runs
    assert vault.shop.status()["lock"] is None
