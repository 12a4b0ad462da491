"""How projects and images are called."""

import re

import pytest

from fraisier.config.environment import Environment
from fraisier.hosts.compose.project import image, project, tag_of

ID = "0B5E7C11-0000-4000-8000-000000000000"
PROJECT = r"[a-z0-9][a-z0-9_-]*"  # compose-spec, "Name top-level element"
COMPONENT = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"  # OCI distribution-spec, "Pull"


def of(fraise, environment="production", color="", installation=ID):
    lane = Environment(fraise=fraise, environment=environment, type="api", app_path="/srv/x")
    return project(lane, installation, color)


@pytest.mark.parametrize("name", ["shop", "My Shop", "_a__b___c", "-;$(id)`", "ümlaut", "a" * 90, "A"])
@pytest.mark.parametrize("service", ["web", "Web", "we.b", "a__b", "a___b", "-x-", "WEB_1"])
def test_whatever_the_lane_is_called_both_names_are_allowed(name, service):
    owner = of(name)
    assert re.fullmatch(PROJECT, owner.name)
    repository, _, tag = image(owner, service, "20260101-000000-000-abcdef0").partition(":")
    assert all(re.fullmatch(COMPONENT, part) for part in repository.split("/"))
    assert tag == "20260101-000000-000-abcdef0"


def test_lanes_installations_and_services_do_not_meet():
    names = [of("shop"), of("Shop"), of("shop", "staging"), of("shop", installation="ffffffff-1")]
    assert len({each.name for each in names}) == len({each.images for each in names}) == 4
    services = {image(of("shop"), service, "1") for service in ("web", "Web", "WEB", "w.eb", "w_eb")}
    assert len(services) == 5


def test_two_colours_stand_side_by_side_and_share_their_images():
    blue, green = of("shop", color="blue"), of("shop", color="green")
    assert blue.name != green.name != of("shop").name
    assert blue.images == green.images == of("shop").images


def test_a_tag_means_one_image():
    assert tag_of(f"sha256:{'ab' * 32}") == "ab" * 16
