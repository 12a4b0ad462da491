from pathlib import Path

import pytest

from fraisier.database.sqlite.filesystem import kind_of, refuse_network
from fraisier.errors import DatabaseError

MOUNTS = r"""
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /srv rw,relatime shared:1 - nfs4 files:/srv rw
31 30 254:1 / /srv/local rw - xfs /dev/vdb rw
32 22 0:41 / /mnt/my\040share rw - cifs //files/share rw
33 22 0:42 / /over rw - nfs files:/over rw
34 22 0:43 / /over rw - tmpfs tmpfs rw
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/fraisier/fraisier.db", "ext4"),
        ("/srv/fraisier.db", "nfs4"),
        ("/srv/local/fraisier.db", "xfs"),
        ("/srvice/fraisier.db", "ext4"),
        ("/mnt/my share/fraisier.db", "cifs"),
        ("/over/fraisier.db", "tmpfs"),
    ],
)
def test_the_innermost_and_latest_mount_counts(path, kind):
    assert kind_of(Path(path), MOUNTS) == kind


def test_a_network_file_system_is_refused(tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(
        f"22 1 254:0 / / rw - ext4 /dev/vda rw\n23 22 0:9 / {tmp_path} rw - fuse.sshfs host: rw\n"
    )
    with pytest.raises(DatabaseError, match=r"network file system \(fuse.sshfs\)") as refused:
        refuse_network(tmp_path / "fraisier.db", table)
    assert "FRAISIER_DB_PATH" in refused.value.hint


def test_where_there_is_no_table_of_mounts_nothing_is_refused(tmp_path):
    refuse_network(tmp_path / "fraisier.db", tmp_path / "none")
    refuse_network(tmp_path / "fraisier.db")
