"""`fraisier init --systemd`: the unit that runs `fraisier serve` on this machine."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.errors import ConfigurationError


def write(app: App, file: str | None, *, force: bool) -> None:
    """Write the unit for the configuration that is found. Raises `ConfigurationError`."""
    from fraisier.scaffold.unit import FOLDER, NAME, render
    from fraisier.secrets.variables import Variables

    config = app.config()
    target = Path(file or f"{FOLDER}/{NAME}")
    if target.exists() and not force:
        raise ConfigurationError(
            f"{target} exists.", hint="Edit it, or write it anew: fraisier init --systemd --force"
        )
    paths = [one.app_path for fraise in config.fraises.values() for one in fraise.environments.values()]
    text = render(_program(), str(Path(config.path).absolute()), os.environ, paths)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{target} cannot be written: {error.strerror}.",
            hint="Run this as root, or write it elsewhere: --file fraisier-webhook.service",
        ) from error
    # systemd links what lies elsewhere.
    named = target.name if target.parent == Path(FOLDER) else target.absolute()
    following = f"systemctl daemon-reload && systemctl enable --now {shlex.quote(str(named))}"
    if app.json:
        terminal.answer({"schema": 1, "file": str(target), "config": config.path, "next": following})
        return
    terminal.say(f"✓ {target} runs `fraisier serve` with {config.path}.", colour="green")
    if not Variables(config.path).get("FRAISIER_WEBHOOK_SECRET") and not config.git.forges:
        where = Path(config.path).absolute().parent / "secrets.env"
        terminal.complain(f"Note: no webhook secret is set: write FRAISIER_WEBHOOK_SECRET=… into {where}")
    terminal.say(f"Next: {following}")


def _program() -> str:
    """Where the installed command is: what we were started as, else what the PATH knows."""
    beside = Path(sys.executable).with_name("fraisier")
    found = str(beside) if beside.exists() else shutil.which("fraisier")
    if found is None:
        raise ConfigurationError("The command fraisier is not installed.", hint="pip install fraisier")
    return found
