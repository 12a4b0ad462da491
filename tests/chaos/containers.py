"""A lane whose version runs in containers, and the plans of its deployments."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fraisier.hosts.compose.project import RELEASE_LABEL
from fraisier.model.status import Kind
from tests.chaos import points
from tests.chaos.lane import OVERRIDES, Lane
from tests.hosts.engine import Engine
from tests.support.compose_shop import ComposeShop
from tests.support.shop import merged

OWN: Final[dict[str, Any]] = {key: value for key, value in OVERRIDES.items() if key != "service"}
CONFIG: Final = {
    "fraises": {
        "shop": {
            "environments": {
                "production": merged(
                    {
                        "provider": "docker_compose",
                        "git_repo": "/srv/origin.git",
                        "app_path": "/srv/shop",
                        "service": {"name": "web", "port": 8000},
                        "health_check": {"url": "http://127.0.0.1:8000/health"},
                    },
                    OWN,
                )
            }
        }
    }
}
UPDATE = points.planned(CONFIG)
FIRST = points.planned(CONFIG, old=None)
ROLLBACK = points.planned(CONFIG, kind=Kind.ROLLBACK)


class ContainerLane(Lane):
    """After each death exactly one release runs, in its own image, and no other image was left."""

    shop: ComposeShop

    def __init__(self, long: Path, short: Path, engine: Engine) -> None:
        self.engine = engine
        super().__init__(long, short)

    def made_shop(self, long: Path, short: Path) -> ComposeShop:
        return ComposeShop(long, short, self.engine)

    @property
    def overrides(self) -> dict[str, Any]:
        return OWN

    def no_process_of_the_dead(self) -> None:
        """Nothing of Fraisier's, and no container but that of the live release."""
        assert self.shop.processes() == {}
        there = [
            (one["Config"]["Labels"][RELEASE_LABEL], one["State"]["Running"])
            for one in self.shop.containers()
        ]
        assert there == ([(self.current(), True)] if self.live() else []), there
        pinned = {
            name
            for unit in self.releases.glob("*.unit")
            for name in json.loads(unit.read_text(encoding="utf-8"))["x-fraisier"]["kept"].values()
        }
        assert set(self.shop.images()) == pinned

    @contextmanager
    def sick(self, sha: str):
        """What an image holds stays as it is."""
        raise NotImplementedError(sha)
        yield
