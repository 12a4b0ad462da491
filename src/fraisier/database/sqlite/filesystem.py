"""Which file systems a database may lie on: SQLite's locks do not hold across a network."""

from __future__ import annotations

import re
from pathlib import Path

from fraisier.errors import DatabaseError

NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "afs", "gfs2", "ocfs2", "beegfs",
    "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse",
})  # fmt: skip


def refuse_network(path: Path, mountinfo: Path = Path("/proc/self/mountinfo")) -> None:
    """Raises `DatabaseError` when `path` lies, or would lie, on a network file system."""
    if not mountinfo.exists():
        return
    kind = kind_of(path.resolve(), mountinfo.read_text(encoding="utf-8", errors="surrogateescape"))
    if kind in NETWORK:
        raise DatabaseError(
            f"The database {path} lies on a network file system ({kind}), where locks cannot be trusted.",
            hint="Put it on a local disk: FRAISIER_DB_PATH=/var/lib/fraisier/fraisier.db",
        )


def kind_of(path: Path, mountinfo: str) -> str:
    """The type of the file system that holds `path`, from the text of /proc/self/mountinfo (proc(5)).

    A later mount covers an earlier one on the same point.
    """
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        mount, _, source = line.partition(" - ")
        point = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), mount.split(" ")[4])
        if path.is_relative_to(point) and len(point) >= best:
            best, kind = len(point), source.split(" ")[0]
    return kind
