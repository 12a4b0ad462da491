"""Keys that only some providers read are refused where they would be ignored."""

from textwrap import indent

import pytest

FRAME = "fraises:\n  shop:\n    environments:\n      production:\n"
MACHINE = "app_path: /a\nservice: {command: x}"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            f"{MACHINE}\nfile: compose.yaml",
            "7: belongs to the provider docker_compose, and this one is bare_metal",
        ),
        (f"{MACHINE}\npush: true", "7: belongs to the provider docker_compose"),
        (f"{MACHINE}\nbuild_cache: false", "7: is for images that are built"),
        (
            f"{MACHINE}\ndeployment_type: docker_image",
            "7: needs docker_image: nobody knows which image to run",
        ),
        (f"{MACHINE}\ndocker_image: x", "7: is run only with deployment_type: docker_image"),
        (f"{MACHINE}\ndeployment_type: docker_build\nuser: ada", "8: is not for a service in a container"),
        ("provider: docker_compose\ndeployment_type: docker_build", "6: is what docker_compose does anyway"),
        ("provider: docker_compose\nservice: {command: x}", "6: is not for the provider docker_compose"),
        ("provider: docker_compose\nservice: {stop_timeout: 3}", "6: is not for the provider docker_compose"),
        ("provider: docker_compose\nuser: ada", "6: is not for the provider docker_compose"),
        (
            "provider: docker_compose\npush: true\ndeployment_type: docker_image\ndocker_image: x",
            "6: has nothing to push",
        ),
        ("provider: docker_compose\nhost: web1\nbecome: sudo", "7: is not for the provider docker_compose"),
        ("provider: docker_compose\nhost: web1", "4: has no app_path"),
        (
            "provider: docker_compose\nservice: [web, 'a b']",
            "6: 'a b' is not a name for a service of Compose",
        ),
        (
            "provider: docker_compose\nfile: ../compose.yaml",
            "6: must be the path of a file in the repository",
        ),
        (
            "provider: docker_compose\ndeployment_type: docker_image\ndocker_image: -x",
            "7: must be the name of an",
        ),
        (f"{MACHINE}\nbuild_sandbox: true", "7: needs user: who is not root"),
        (
            f"{MACHINE}\nhooks: {{pre_deployment: {{command: x, sandbox: true}}}}",
            "7: has a sandbox, which needs user",
        ),
        (f"{MACHINE}\nuser: ada\nbuild_writes: /a/b", "8: is for builds in a sandbox"),
        (f"{MACHINE}\nuser: ada\nbuild_sandbox: true\nbuild_writes: a", "9: must be an absolute path"),
        (
            "provider: docker_compose\nbuild_sandbox: true",
            "6: belongs to the provider bare_metal, and this one is docker_compose",
        ),
    ],
)
def test_it_is_refused_at_its_place(wrong, keys, expected):
    said = [f"{problem.line}: {problem.what}" for problem in wrong(FRAME + indent(keys, " " * 8))]
    assert any(one.startswith(expected) for one in said), said


@pytest.fixture
def environment(load):
    def read(keys):
        return load(FRAME + indent(keys, " " * 8)).get_fraise_environment("shop", "production")

    return read


def test_both_spellings_of_a_service_mean_the_same(environment):
    found = environment("provider: docker-compose\ntarget: {service: web, file: stack.yml}")
    assert (found.service.names, found.file) == (("web",), ("stack.yml",))
    assert environment("provider: docker_compose\nservice: {name: [web, jobs]}").service.names == (
        "web",
        "jobs",
    )


def test_a_service_of_a_machine_may_be_one_container(environment):
    found = environment("app_path: /a\ndeployment_type: docker_build\nbuild_cache: false")
    assert (found.in_container, found.driver, found.provider) == (
        True,
        "docker_compose",
        "bare_metal",
    )
