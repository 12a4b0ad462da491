"""Where plugins lie."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

INSTALLED: Final = Path("/opt/fraisier/providers")


def own_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """That of this user: $XDG_DATA_HOME/fraisier/providers."""
    data = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME") or "/") / ".local" / "share")
    return Path(data) / "fraisier" / "providers"


def folders() -> list[Path]:
    """All that are read, the installed layout's first."""
    return [folder for folder in (INSTALLED, own_folder()) if folder.is_dir()]


def target() -> Path:
    """Where a plugin is installed to: the installed layout's folder where there is one."""
    return INSTALLED if INSTALLED.is_dir() else own_folder()
