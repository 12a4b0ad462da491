"""bare_metal whose service is one container: an image that is there already, or the repository's Dockerfile."""

import pytest

from tests.support.shop import merged

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

SERVE = ["sh", "-c", 'sed -i "s/-p 8000/-p $PORT/" /app/serve.sh; exec sh /app/serve.sh']


@pytest.fixture
def configure(shop):
    """An environment of bare_metal; its service listens on PORT inside the container, too."""

    def write(**overrides):
        base = {
            "provider": "bare_metal",
            "deployment_type": "docker_build",
            "service": {"name": None, "command": SERVE, "port": shop.port(), "stop_timeout": 1},
        }
        shop.configure(**merged(base, overrides))

    return write


@pytest.mark.feature("DEP-28")
def test_the_dockerfile_of_the_repository_is_built_and_its_container_replaced(shop, configure):
    configure(resources={"memory": {"limit": "64Mi"}}, env_vars={"GREETING": "$HOME"})
    (shop.repository.work / "compose.yaml").unlink(missing_ok=True)
    first = shop.commit(**{"compose.yaml": "services: nonsense"})
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0, result.output
    assert "bare-metal/localhost" in result.output
    assert shop.live_version() == first
    [one] = shop.containers()
    assert one["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert one["HostConfig"]["Memory"] == 64 * 2**20
    assert "GREETING=$HOME" in one["Config"]["Env"]
    shop.commit("sick", **{"compose.yaml": "services: nonsense"})
    assert shop.deploy()["status"] == "rolled_back"
    assert shop.live_version() == first
    assert "starting v1 (ok)" in shop.run("logs", "shop", "production").stdout


@pytest.mark.feature("DEP-19", "DEP-28")
def test_an_image_is_run_without_building_it(shop, configure):
    name = f"{shop.engine.registry}/ready-{shop.port()}:1"
    shop.commit()
    shop.engine.docker("build", "--quiet", "--tag", name, shop.repository.work)
    shop.engine.docker("push", "--quiet", name)
    configure(deployment_type="docker_image", docker_image=name)
    assert shop.deploy()["status"] == "success"
    assert shop.about()["label"] == "v1"
    assert shop.run("test", "shop", "production").exit_code == 0
    assert shop.run("doctor").stdout.count("Docker") == 1


def test_a_folder_of_processes_is_not_taken_for_containers_and_the_other_way_round(shop, configure):
    shop.commit()
    configure()
    shop.deploy()
    configure(deployment_type=None)
    answer = shop.run("deploy", "shop", "production", "--json")
    assert answer.exit_code == 1
    assert "releases that run in containers" in answer.json["error"]["message"]
