"""What CI cannot test is a failure there, and one line of skip elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest


def test_asks_for_a_right():
    pytest.skip("only root may do that")


@pytest.mark.skipif(True, reason="no such tool")
def test_asks_for_a_tool():
    raise AssertionError


@pytest.mark.beside("recorded data")
@pytest.mark.skipif(True, reason="no data beside the project")
def test_asks_for_data():
    raise AssertionError


@pytest.mark.xfail(reason="known")
def test_is_known_to_fail():
    raise AssertionError
"""


def run(folder, ci):
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = beside\n", encoding="utf-8")
    (folder / "test_it.py").write_text(TESTS, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-ra",
            "-p",
            "tests.support.skipping",
            "--rootdir=.",
            "test_it.py",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("ci", ["true", "false"])
def test_the_rule(tmp_path, ci):
    code, said = run(tmp_path, ci)
    if ci == "false":
        assert (code, "3 skipped" in said) == (0, True), said
        return
    assert code == 1
    assert "1 failed, 1 skipped, 1 xfailed, 1 error" in said, said
    assert "test_it.py::test_asks_for_a_right was skipped, and CI must be able to run it" in said
    assert "no such tool" in said
