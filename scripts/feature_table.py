"""The rows of docs/features.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent.parent / "docs" / "features.md"
ROW = re.compile(r"^\| (?P<id>[A-Z]+-\d+) \| (?P<words>.+) \| (?P<spec>[^|]+) \|$")


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One row. `spec` names the documents that ask for it."""

    id: str
    words: str
    spec: str
    section: str


def features(table: Path = TABLE) -> dict[str, Feature]:
    """Every row by its id, in the order of the page. Raises `ValueError` for an id that stands there twice."""
    rows: dict[str, Feature] = {}
    section = ""
    for line in table.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif found := ROW.match(line):
            if found["id"] in rows:
                raise ValueError(f"{table}: {found['id']} stands there twice")
            rows[found["id"]] = Feature(
                id=found["id"], words=found["words"], spec=found["spec"].strip(), section=section
            )
    return rows
