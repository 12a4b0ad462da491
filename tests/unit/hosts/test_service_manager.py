from __future__ import annotations

import pytest

from fraisier.config.environment import Environment
from fraisier.config.service import Service
from fraisier.errors import ConfigurationError
from fraisier.hosts.service_manager import service_manager, service_ref

ID = "0badcafe-1111-2222"


def environment(service):
    return Environment(fraise="shop", environment="prod", type="api", app_path="/srv/shop", service=service)


def test_a_service_is_named_after_installation_and_lane():
    shop = environment(Service(command=("x",), port=8000, stop_timeout=5))
    ref = service_ref(shop, ID, "supervisor")
    assert ref.name == f"fraisier-0badcafe-{shop.identity.slug}"
    assert (ref.manager, ref.port, ref.stop_timeout, ref.own_unit) == ("supervisor", 8000, 5, False)
    assert ref.app_path == "/srv/shop"


@pytest.mark.parametrize(
    ("written", "detected", "chosen"),
    [
        ("auto", "systemd", "systemd"),
        ("auto", "supervisor", "supervisor"),
        ("supervisor", "systemd", "supervisor"),
        ("systemd", "supervisor", "systemd"),
    ],
)
def test_what_is_written_goes_before_what_is_detected(written, detected, chosen):
    assert service_ref(environment(Service(manager=written)), ID, detected).manager == chosen


def test_a_unit_of_the_user_is_used_as_it_is():
    ref = service_ref(environment(Service(unit="api.service")), ID, "supervisor")
    assert (ref.manager, ref.name, ref.own_unit) == ("systemd", "api.service", True)


def test_no_service_and_no_such_manager():
    with pytest.raises(ConfigurationError, match="shop/prod has no service"):
        service_ref(environment(None), ID, "systemd")
    with pytest.raises(ConfigurationError, match="'upstart'"):
        service_manager("upstart")
