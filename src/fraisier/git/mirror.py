"""Where Fraisier keeps its copies of repositories: one bare mirror each, shared by every lane that uses it."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Final

from fraisier.errors import ConfigurationError
from fraisier.git.address import public

SYSTEM_WIDE: Final = Path("/var/cache/fraisier")
_LONGEST: Final = 60


def work_folder() -> Path:
    """`FRAISIER_WORK_DIR`, else /var/cache/fraisier where it can be written, else the user's cache folder."""
    if named := os.environ.get("FRAISIER_WORK_DIR"):
        return Path(named).expanduser().absolute()
    if _can_be_written(SYSTEM_WIDE):
        return SYSTEM_WIDE
    return _users_cache() / "fraisier"


def mirror_path(git_repo: str) -> str:
    """The folder of the bare mirror of this repository; the same for every spelling of its credentials."""
    address = public(git_repo).rstrip("/")
    readable = re.sub(r"^[a-z+]+://|\.git$", "", address)
    readable = re.sub(r"[^A-Za-z0-9._]+", "-", readable)[-_LONGEST:].strip("-.")
    digest = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return str(work_folder() / "mirrors" / f"{readable or 'repository'}-{digest}.git")


def _can_be_written(folder: Path) -> bool:
    nearest = folder if folder.exists() else folder.parent
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _users_cache() -> Path:
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named).absolute()
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        raise ConfigurationError(
            "There is no folder for copies of repositories: this user has no home.",
            hint="Set FRAISIER_WORK_DIR to a folder that Fraisier may write.",
        ) from None
