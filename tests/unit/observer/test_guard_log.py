"""What guards write does not grow without end."""

import os

from fraisier.observer.hand_over import LONGEST, opened


def write(log, text):
    said = opened(log)
    os.write(said, text)
    os.close(said)


def test_a_long_log_makes_way_once(tmp_path):
    log = tmp_path / "guard.log"
    write(log, b"a")
    write(log, b"b" * LONGEST)
    assert [one.name for one in tmp_path.iterdir()] == ["guard.log"]
    write(log, b"c")
    write(log, b"d" * LONGEST)
    write(log, b"e")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["guard.log", "guard.log.1"]
    assert log.read_bytes() == b"e"
    assert (tmp_path / "guard.log.1").read_bytes() == b"c" + b"d" * LONGEST
    assert log.stat().st_mode & 0o777 == 0o600
