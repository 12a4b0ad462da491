"""The other side: fraisier 0.84.2 from the package index, in an environment of its own below .cache/."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

VERSION = "0.84.2"
VENV = Path(__file__).parent.parent / ".cache" / f"fraisier-{VERSION}"
GIT = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
REQUEST = {
    "version": 1,
    "project": "shop",
    "environment": "production",
    "branch": "main",
    "options": {"force": True},
    "timestamp": "2026-01-01T00:00:00Z",
    "triggered_by": "bench",
}
# It keeps state below these whatever its configuration says; each run sees empty ones of its own.
PRIVATE = ("/opt", "/var/lib", "/run")


class Theirs:
    """A repository, a configuration without service or health check, and its own command for a deployment."""

    def __init__(self, folder: Path) -> None:
        install()
        folder.mkdir()
        self.folder = folder
        self.command = [str(VENV / "bin" / "fraisier"), "-c", str(folder / "fraises.yaml")]
        self.may_deploy = (
            subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
        )
        self._repository()
        self._configure()

    def run(self, *arguments: str) -> float:
        """The seconds of the whole process."""
        started = time.time()
        self._run([*self.command, *arguments])
        return time.time() - started

    def deploy(self) -> float:
        """What its socket-activated service does with one request; the seconds of that process alone."""
        line = [*self.command, "deploy-daemon", "--project=shop"]
        hidden = "; ".join(f"mount -t tmpfs tmpfs {place}" for place in PRIVATE)
        script = f'set -e; {hidden}; date +%s.%N > started; exec "$@"'
        self._run(["unshare", "--mount", "sh", "-c", script, "sh", *line], stdin=json.dumps(REQUEST))
        return time.time() - float((self.folder / "started").read_text(encoding="utf-8"))

    def _repository(self) -> None:
        origin, work, mirror = (str(self.folder / name) for name in ("origin.git", "work", "mirror.git"))
        for step in (
            ["init", "--quiet", work],
            ["-C", work, "commit", "--quiet", "--allow-empty", "--message", "one"],
            ["clone", "--quiet", "--bare", work, origin],
            ["clone", "--quiet", "--bare", origin, mirror],
            ["-C", mirror, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"],
            ["-C", mirror, "fetch", "--quiet"],
        ):
            self._run([*GIT, *step])
        (self.folder / "app").mkdir()

    def _configure(self) -> None:
        environment = {
            "name": "shop",
            "clone_url": str(self.folder / "origin.git"),
            "git_repo": str(self.folder / "mirror.git"),
            "branch": "main",
            "app_path": str(self.folder / "app"),
            "allow_no_health_check": True,
        }
        fraises = {"shop": {"type": "api", "environments": {"production": environment}}}
        document = {"name": "bench", "scaffold": {"deploy_user": "root"}, "fraises": fraises}
        (self.folder / "fraises.yaml").write_text(json.dumps(document), encoding="utf-8")

    def _run(self, argv: list[str], stdin: str = "") -> None:
        subprocess.run(
            argv,
            input=stdin,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                "HOME": str(self.folder),
                "FRAISIER_DB_PATH": str(self.folder / "state.db"),
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )


def install() -> None:
    """Make its environment once."""
    if (VENV / "ready").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
        "--no-input",
        "install",
    ]
    subprocess.run([*pip, f"fraisier=={VERSION}"], check=True, capture_output=True)
    (VENV / "ready").touch()
