"""Prints which rows of docs/features.md a test proves, from the last full run of the tests.

A row is proven when at least one test carries its id and every test that does has passed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

from scripts.feature_table import Feature, features


def collected() -> dict[str, list[str]]:
    """The tests that carry each id now. Ends the program with pytest's words when they cannot be collected."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", f"--collect-features={out.name}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            sys.exit(run.stdout + run.stderr)
        marked: dict[str, list[str]] = json.loads(Path(out.name).read_text(encoding="utf-8"))
    return marked


def last_run(path: Path) -> dict[str, Any]:
    """What the last full run recorded: `at`, `commit`, and each marked test's outcome."""
    if not path.is_file():
        return {}
    recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return recorded


def verdict(tests: list[str], outcomes: dict[str, str]) -> str:
    """`proven`, or the word that says why not."""
    if not tests:
        return "no test"
    found = {outcomes.get(test, "not run") for test in tests}
    return next((word for word in ("failed", "skipped", "not run") if word in found), "proven")


def print_section(name: str, rows: list[Feature], verdicts: dict[str, str]) -> None:
    proven = sum(verdicts[row.id] == "proven" for row in rows)
    print(f"\n{name}: {proven} of {len(rows)} proven")
    for row in rows:
        word = verdicts[row.id]
        note = "" if word in {"proven", "no test"} else f"  [{word}]"
        print(f"  {'✓' if word == 'proven' else '·'} {row.id:<8} {row.words}{note}")


def main(results: Path) -> None:
    """Print every section with its counts, then the sum."""
    rows, marked, run = features(), collected(), last_run(results)
    verdicts = {id_: verdict(marked.get(id_, []), run.get("tests", {})) for id_ in rows}
    if run:
        print(f"Results of the tests at {run['at']}, commit {run['commit']}.")
    else:
        print("There are no results yet: `make test` makes them. Until then nothing counts as proven.")
    for section, members in groupby(rows.values(), key=lambda row: row.section):
        print_section(section, list(members), verdicts)
    proven = sum(word == "proven" for word in verdicts.values())
    print(f"\n{proven} of {len(rows)} rows proven, {len(rows) - proven} not yet.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
