"""What pins a release: whose images, whose environment; no value of any variable."""

import json

import pytest

from fraisier.errors import StepFailed
from fraisier.hosts.compose.described import ServiceFacts, parse
from fraisier.hosts.compose.override import Pins, named, own, passed, read, render
from fraisier.model.secret import Secret

BUILT, TAKEN = ServiceFacts(build=True), ServiceFacts(build=False, image="postgres:16")
PINS = Pins(
    files=("compose.yaml",),
    own=("web",),
    images={"web": "sha256:1", "db": "sha256:2"},
    kept={"web": "fraisier-1/web:r1", "db": "fraisier-1/db:2"},
)


def test_only_the_release_s_own_services_carry_it():
    services = read(render(PINS, "r1", ["A"])).services
    assert services["web"]["labels"] == {"io.fraisier.release": "r1"}
    assert services["web"]["environment"] == {"A": None}
    assert services["db"] == {"image": "fraisier-1/db:2"}


def test_it_says_again_what_it_was_made_from():
    assert read(render(PINS, "r1", [])).x_fraisier == PINS


def test_variables_of_the_docker_command_go_by_another_name():
    names = ["PATH", "HOME", "DOCKER_HOST", "COMPOSE_FILE", "http_proxy", "LC_ALL", "PATHS", "MY_HOME"]
    written = read(render(PINS, "r1", names)).services["web"]["environment"]
    given = passed(dict.fromkeys(names, Secret("x")))
    assert {name for name, value in written.items() if value is None} == {"PATHS", "MY_HOME"}
    assert written["PATH"] == "${FRAISIER_ENV_PATH}"
    assert set(given) == {"PATHS", "MY_HOME", *(f"FRAISIER_ENV_{name}" for name in names[:6])}


def test_limits_are_those_of_the_release_s_own_services():
    services = read(render(PINS, "r1", [], {"cpu_shares": 512})).services
    assert services["web"]["cpu_shares"] == 512
    assert "cpu_shares" not in services["db"]


def test_images_to_be_built_get_names_only():
    assert json.loads(named({"web": "x:1"})) == {"services": {"web": {"image": "x:1"}}}


@pytest.mark.parametrize(
    ("services", "wanted", "carry"),
    [
        ({"web": BUILT, "db": TAKEN}, (), ("web",)),
        ({"web": BUILT, "jobs": BUILT, "db": TAKEN}, ("web",), ("web", "jobs")),
        ({"web": TAKEN, "db": TAKEN}, ("web",), ("web",)),
        ({"web": TAKEN, "db": TAKEN}, (), ("web", "db")),
    ],
)
def test_who_carries_a_release(services, wanted, carry):
    assert own(services, wanted) == carry


def test_a_name_that_the_compose_file_does_not_have():
    with pytest.raises(StepFailed, match="no service 'wbe'; it has web"):
        own({"web": BUILT}, ("wbe",))


def test_what_was_printed_before_is_no_answer():
    said = 'warning: x\nfraisier:{"web": {"build": true, "image": "", "pull_policy": "", "ports": [80]}}\n'
    assert parse(said) == {"web": ServiceFacts(build=True, ports=(80,))}
    with pytest.raises(StepFailed, match="services must be a mapping"):
        parse("services must be a mapping\n")
