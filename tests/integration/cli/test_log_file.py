"""Several processes write one log, and it is rotated under them."""

import subprocess
import sys

WRITER = """
import logging, sys
from fraisier.cli.log_file import LogFile
handler = LogFile(sys.argv[1], maxBytes=20_000, backupCount=50, encoding="utf-8", delay=True)
handler.setFormatter(logging.Formatter("%(message)s"))
log = logging.getLogger("fraisier")
log.addHandler(handler)
log.setLevel(logging.INFO)
for number in range(1000):
    log.info("%s %04d %s", sys.argv[2], number, "x" * 60)
"""


def test_no_line_is_lost_or_torn_by_four_processes(tmp_path):
    path = tmp_path / "fraisier.log"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stderr=subprocess.PIPE)
        for name in "abcd"
    ]
    assert [writer.communicate()[1] for writer in writers] == [b""] * 4
    files = sorted(tmp_path.glob("fraisier.log*"))
    assert len(files) > 5
    assert all(file.stat().st_size <= 21_000 for file in files)
    lines = sorted(line for file in files for line in file.read_text().splitlines())
    assert lines == [f"{name} {number:04d} {'x' * 60}" for name in "abcd" for number in range(1000)]
