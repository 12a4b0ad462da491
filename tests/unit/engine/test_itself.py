from pathlib import Path

import msgspec
import pytest

from fraisier.config.environment import Environment
from fraisier.config.service import Service
from fraisier.engine.itself import is_itself

SHOP = Environment(fraise="shop", environment="production", type="api", app_path="/srv/shop")
ELSEWHERE = Path("/usr/lib/python3/fraisier/engine/itself.py")


def served(*command):
    return msgspec.structs.replace(SHOP, service=Service(command=command))


@pytest.mark.parametrize(
    "environment",
    [
        msgspec.structs.replace(SHOP, fraise="fraisier"),
        served("fraisier", "serve"),
        served(".venv/bin/fraisier", "observe"),
        served("/opt/bin/fraisier-webhook"),
        served(".venv/bin/python", "-P", "-m", "fraisier", "serve"),
    ],
)
def test_what_is_called_so_or_runs_it_is_fraisier(environment):
    assert is_itself(environment, ELSEWHERE)
    assert not is_itself(msgspec.structs.replace(environment, hosts=("web-1",)), ELSEWHERE)


@pytest.mark.parametrize(
    "environment",
    [
        SHOP,
        served("python3", "app.py", "fraisier"),
        served("/srv/fraisier/bin/shop"),
        served("x", "-m", "fraise"),
    ],
)
def test_nothing_else_is(environment):
    assert not is_itself(environment, ELSEWHERE)


def test_whatever_this_process_runs_from_is(tmp_path):
    release = tmp_path / "releases" / "1"
    release.mkdir(parents=True)
    (tmp_path / "current").symlink_to(release)
    here = msgspec.structs.replace(SHOP, app_path=str(tmp_path))
    assert is_itself(here, tmp_path / "current" / ".venv" / "fraisier" / "itself.py")
    assert not is_itself(here, tmp_path.parent / "elsewhere.py")
