"""Several processes write one log, and it is rotated under them."""

import subprocess
import sys

from fraisier.cli.log_file import LogFile

WRITER = """
import logging, sys
from pathlib import Path
from fraisier.cli.log_file import LogFile
handler = logging.StreamHandler(LogFile(Path(sys.argv[1]), largest=20_000, kept=50))
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


def test_as_many_old_files_are_kept_as_are_wanted(tmp_path):
    log = LogFile(tmp_path / "fraisier.log", largest=10, kept=2)
    for word in ("first", "second", "third", "fourth"):
        log.write(f"{word} line\n")
    found = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert found == {
        "fraisier.log": "fourth line\n",
        "fraisier.log.1": "third line\n",
        "fraisier.log.2": "second line\n",
    }


def test_a_file_that_was_taken_away_is_made_again(tmp_path):
    log = LogFile(tmp_path / "fraisier.log")
    log.write("before\n")
    (tmp_path / "fraisier.log").rename(tmp_path / "away")
    log.write("after\n")
    assert (tmp_path / "fraisier.log").read_text() == "after\n"
    assert (tmp_path / "away").read_text() == "before\n"
