"""Where Fraisier's own database lies when nobody says otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fraisier.errors import ConfigurationError, NotSupportedYet

SHARED = "var/lib/fraisier/fraisier.db"
OPT = "opt/fraisier/data/fraisier.db"
OWN = "fraisier/fraisier.db"


def path_of(where: str | Path) -> Path:
    """The file behind a path or a `sqlite:///` URL. Raises `NotSupportedYet` for the URL of a server."""
    text = str(where)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return Path(text).expanduser().absolute()
    if scheme == "sqlite":
        return Path("/" + rest.lstrip("/"))
    if scheme in {"postgresql", "postgres", "mysql", "mariadb"}:
        raise NotSupportedYet(
            f"Fraisier's own database on {scheme} is not supported yet.",
            hint="Use a SQLite file: FRAISIER_DB_PATH=/var/lib/fraisier/fraisier.db",
        )
    raise ConfigurationError(
        f"Fraisier keeps no database of its own on {scheme}.",
        hint="Use a file (FRAISIER_DB_PATH) or a sqlite:/// URL.",
    )


def default_place(environ: Mapping[str, str] = os.environ, root: Path = Path("/")) -> Path:
    """FRAISIER_DB_PATH, FRAISIER_DATABASE_URL, /var/lib/fraisier, /opt/fraisier/data, the user's state folder.

    The shared file is taken where it exists, may exist (a folder nobody lets us search) or could be made.
    """
    if named := environ.get("FRAISIER_DB_PATH") or environ.get("FRAISIER_DATABASE_URL"):
        return path_of(named)
    shared = root / SHARED
    if _can_use(shared.parent):
        return shared
    if (root / OPT).parent.is_dir():
        return root / OPT
    home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises without HOME and passwd
    return Path(environ.get("XDG_STATE_HOME") or f"{home}/.local/state") / OWN


def _can_use(folder: Path) -> bool:
    if folder.is_dir():
        searchable = os.access(folder, os.X_OK)
        return not searchable or (folder / Path(SHARED).name).exists() or os.access(folder, os.W_OK)
    return folder.parent.is_dir() and os.access(folder.parent, os.W_OK)
