"""What a database holds, read as any other program would."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

OPEN_WORK = """
SELECT 'request' AS what, identifier FROM tb_deployment_request WHERE status IN ('pending', 'processing')
UNION ALL
SELECT 'deployment', identifier FROM tb_deployment WHERE status = 'in_progress'
UNION ALL
SELECT 'lock', holder FROM tb_deployment_lock
"""


def rows(database: Path, sql: str, *values: Any) -> list[dict[str, Any]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(sql, values)]
    finally:
        connection.close()


def open_work(database: Path) -> list[dict[str, Any]]:
    """Everything that has not ended, and every lease."""
    return rows(database, OPEN_WORK) if made(database) else []


def made(database: Path) -> bool:
    """Whether there is a database with its tables: who dies early leaves none."""
    return (
        database.exists() and rows(database, "SELECT 1 FROM sqlite_master WHERE name = 'tb_deployment'") != []
    )
