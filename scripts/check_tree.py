"""Refuses what may not be written in a tracked file: registry addresses, one machine's paths, unfinished work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FORBIDDEN = {
    "a package registry's address": (
        r"\bpypi\.org|\bpythonhosted\.org|\bregistry\.(npmjs|yarnpkg)\.|\bdeb\.debian\.org|\bproxy\.golang\.org"
        r"|--(extra-)?index-url|--find-link[s]|\bfile:///op[t]/"
    ),
    "a path of one machine": r"(?<![\w.])/(root|work|home/(?!git\b|deploy\b|user\b|me\b|ada\b)[a-z]+)/\w",
    "a path outside the tree": r"\.\./shared\b",
    "unfinished work": r"\b(TOD[O]|FIXM[E]|XX[X])\b",
}
BINARY = {".png", ".ico", ".gz", ".whl", ".woff2"}


def tracked() -> list[Path]:
    """What Git tracks and what it is about to, as paths below the working folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(name) for name in listed.stdout.split("\0") if name]


def findings(path: Path, text: str) -> list[str]:
    return [
        f"{path}:{number}: {what}: {match.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, line)
    ]


def main() -> int:
    found = [
        finding
        for path in tracked()
        if path.is_file() and path.suffix not in BINARY
        for finding in findings(path, path.read_text(encoding="utf-8"))
    ]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
