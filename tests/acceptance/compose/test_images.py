"""Images that others have built, and a registry that takes and gives them."""

import pytest

from tests.hosts.engine import IMAGE

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

NAMED = """\
services:
  web:
    build: .
    image: {image}
    ports: ["127.0.0.1:${{PORT}}:8000"]
    stop_grace_period: 1s
"""


@pytest.fixture
def name(shop):
    """An image in the engine's registry that only this test knows."""
    return f"{shop.engine.registry}/shop-{shop.port()}:latest"


@pytest.mark.feature("DEP-19", "DEP-27", "PRV-14")
def test_what_was_built_is_pushed_and_another_environment_runs_it(shop, name):
    image = NAMED.format(image=name)
    run = {"deployment_type": "docker_image", "docker_image": name}
    shop.configure(environments={"staging": {"push": True}, "production": run})
    shop.commit(**{"compose.yaml": image})
    answer = shop.deploy("staging")
    assert "push_images" in [step["name"] for step in answer["steps"]], answer
    shop.engine.docker("rmi", name)
    answer = shop.deploy("production")
    assert answer["status"] == "success", answer
    ids = {one["Image"] for one in shop.containers()}
    assert len(ids) == 1
    second = shop.commit(**{"compose.yaml": image})
    shop.deploy("staging")
    assert shop.deploy("production")["status"] == "success"
    assert shop.about()["label"] == "v2"
    shop.engine.docker("tag", IMAGE, name)
    shop.engine.docker("push", "--quiet", name)
    shop.engine.docker("rmi", name)
    back = shop.rollback("production")
    assert (back["status"], back["old_version"]) == ("success", second)
    assert shop.about()["label"] == "v1"


def test_an_image_that_nobody_has(shop, name):
    shop.configure(deployment_type="docker_image", docker_image=name)
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert "Pulling the image of web" in answer["error"]["message"]
    assert "registry" in answer["error"]["hint"]


def test_what_was_pushed_is_named_when_the_deployment_goes_back(shop, name):
    shop.configure(push=True)
    shop.commit(**{"compose.yaml": NAMED.format(image=name)})
    shop.deploy()
    shop.commit("dies", **{"compose.yaml": NAMED.format(image=name)})
    answer = shop.deploy()
    assert answer["status"] == "rolled_back"
    assert [name in left["what"] for left in answer["not_undone"]] == [True]


@pytest.mark.feature("DEP-19")
def test_without_the_cache_every_layer_is_built_again(shop):
    shop.configure(build_cache=False)
    shop.commit()
    shop.deploy()
    (step,) = shop.rows("SELECT output FROM tb_deployment_step WHERE kind = 'make_images'")
    assert "RUN" in step["output"]
    assert "CACHED" not in step["output"].replace("FROM", "").partition("RUN")[2]
