"""Who types this: recorded with every deployment that a person asks for."""

from __future__ import annotations

import getpass
import os


def name() -> str:
    """The user behind sudo, else the one that the system knows, else the number."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
