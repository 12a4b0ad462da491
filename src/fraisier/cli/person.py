"""Who types this, and where: recorded with everything that a person asks for."""

from __future__ import annotations

import getpass
import os


def name() -> str:
    """The user behind sudo, else the one that the system knows, else the number."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def place() -> str:
    """The machine, and the address a person has come from over SSH."""
    client = os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
    return f"{os.uname().nodename} from {client}" if client else os.uname().nodename
