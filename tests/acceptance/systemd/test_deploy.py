"""A commit becomes a healthy unit of systemd, and a bad one goes back."""

import pytest

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


def test_a_first_deployment_starts_an_enabled_unit(shop):
    sha = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    assert shop.live_version() == sha
    assert shop.shown("ActiveState") == "active"
    assert shop.shown("UnitFileState") == "enabled"
    assert shop.shown("MainPID") == str(shop.about()["pid"])
    assert shop.shown("WorkingDirectory") == str((shop.app_path() / "current").resolve())
