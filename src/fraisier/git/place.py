"""Whether two addresses mean the same repository: `git@host:a/b.git` and `https://host/a/b` do. Pure."""

from __future__ import annotations

import re
from typing import Final

_URL: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:]*)(?::\d*)?/+(?P<path>.*)",
    re.IGNORECASE,
)
_SCP: Final = re.compile(r"(?:[^/@:]*@)?(?P<host>\[[^\]]*\]|[^/:]+):/*(?P<path>.+)")


def place(address: str) -> str:
    """Host and path, without scheme, user, port and `.git`; forges tell names apart without regard to case.

    A path on this machine keeps its case. Addresses of the same place give the same text.
    """
    found = _URL.fullmatch(address) or _SCP.fullmatch(address)
    if found is None or found.groupdict().get("scheme", "").lower() == "file":
        path = found["path"] if found else address
        return "/" + path.strip("/").removesuffix(".git")
    return f"{found['host']}/{found['path'].rstrip('/').removesuffix('.git')}".casefold()


def host_and_path(address: str) -> tuple[str, str]:
    """The host in lower case, and the path as it is written, without `.git`. Both empty for a path on this machine."""
    found = _URL.fullmatch(address) or _SCP.fullmatch(address)
    if found is None or found.groupdict().get("scheme", "").lower() == "file":
        return "", ""
    return found["host"].casefold(), found["path"].strip("/").removesuffix(".git")
