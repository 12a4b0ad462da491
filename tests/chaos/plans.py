"""The plans of the shop whose processes die: an update, a first deployment, a rollback."""

from __future__ import annotations

from typing import Final

from fraisier.model.status import Kind
from fraisier.model.step import Position
from tests.chaos import points
from tests.chaos.lane import OVERRIDES
from tests.support.shop import merged

CONFIG = {
    "fraises": {
        "shop": {
            "type": "api",
            "environments": {
                "production": merged(
                    {
                        "provider": "bare_metal",
                        "git_repo": "/srv/origin.git",
                        "branch": "main",
                        "app_path": "/srv/shop",
                        "service": {"manager": "supervisor", "command": "app.py", "port": 8000},
                        "health_check": {"url": "http://127.0.0.1:8000/health"},
                    },
                    OVERRIDES,
                )
            },
        }
    }
}
BACKUP: Final = {
    "schedule": "0 2 * * *",
    "script": ["sh", "-c", 'echo made >> "$LEDGER"; cp label "$BACKUP_FILE"'],
    "restore_test": ["test", "-s", "label"],
    "sync": "true",
    "retention_days": 1,
}
VAULT = {
    "fraises": {
        "shop": {
            "type": "backup",
            "environments": {
                "production": {
                    "git_repo": "/srv/origin.git",
                    "app_path": "/srv/shop",
                    "jobs": {"daily": BACKUP},
                }
            },
        }
    }
}
JOB = points.planned(VAULT, job="daily")
UPDATE = points.planned(CONFIG)
FIRST = points.planned(CONFIG, old=None)
ROLLBACK = points.planned(CONFIG, kind=Kind.ROLLBACK)
IN_PLACE = points.planned(CONFIG, home="/srv/shop/.git/fraisier")
IN_PLACE_ROLLBACK = points.planned(CONFIG, kind=Kind.ROLLBACK, home="/srv/shop/.git/fraisier")
SWITCH: Final = next(n for n, step in enumerate(UPDATE.steps) if step.position is Position.SWITCH)
