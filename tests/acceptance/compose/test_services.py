"""What a Compose file may hold, and what of it a deployment changes."""

import json

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

WEB = """\
services:
  web:
    build: .
    ports: ["127.0.0.1:${PORT}:8000"]
    stop_grace_period: 1s
"""
WITH_MORE = f"""\
{WEB}    depends_on: [store, setup]
  store:
    image: fraisier-test-base
    command: [sleep, "100000"]
    stop_signal: KILL
    volumes: ["kept:/kept"]
  setup:
    image: fraisier-test-base
    command: ["true"]
  unused:
    image: registry.invalid/nobody:1
    profiles: [never]
volumes:
  kept:
"""
WITH_HEALTH = f"""\
{WEB}    healthcheck:
      test: [CMD, sh, -c, 'test "$$(cat /app/mode)" != ill']
      interval: 300ms
      retries: 2
"""


def by_service(shop):
    return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in shop.containers()}


@pytest.mark.feature("PRV-14")
def test_what_the_named_service_needs_is_brought_up_and_left_alone_after_that(shop):
    shop.configure(file="deploy/stack.yml", env_vars={"GREETING": "hello"})
    (shop.repository.work / "deploy").mkdir()
    stack = WITH_MORE.replace("build: .", "build: ..")
    shop.commit(**{"deploy/stack.yml": stack})
    assert shop.deploy()["status"] == "success"
    before = by_service(shop)
    assert set(before) == {"web", "store", "setup"}
    sha = shop.commit(**{"deploy/stack.yml": stack})
    assert shop.deploy()["status"] == "success"
    after = by_service(shop)
    assert shop.live_version() == sha
    assert after["store"]["Id"] == before["store"]["Id"]
    assert after["web"]["Id"] != before["web"]["Id"]
    assert "GREETING=hello" in after["web"]["Config"]["Env"]
    assert not [line for line in after["store"]["Config"]["Env"] if line.startswith(("GREETING", "FRAISIER"))]


def test_a_first_deployment_that_fails_says_which_volumes_it_has_left(shop):
    shop.commit("sick", **{"compose.yaml": WITH_MORE})
    answer = shop.deploy()
    assert answer["status"] == "failed"
    [left] = answer["not_undone"]
    assert left["what"].endswith("_kept")
    assert left["how"].startswith("if nobody needs what is in them: docker volume rm")
    assert (shop.containers(), shop.networks(), shop.images(), shop.releases()) == ([], [], [], [])


def test_the_image_s_own_health_check_is_waited_for_and_believed(shop):
    shop.configure(health_check=None)
    good = shop.commit(**{"compose.yaml": WITH_HEALTH})
    result = shop.run("deploy", "shop", "production")
    assert "well, says the health check of the image or the Compose file" in result.output
    shop.commit("ill", **{"compose.yaml": WITH_HEALTH})
    answer = shop.deploy()
    assert (answer["status"], "unhealthy" in answer["error"]["message"]) == ("rolled_back", True), answer
    assert shop.live_version() == good


def test_a_path_is_asked_where_the_service_publishes_its_port(shop):
    shop.configure(
        service={"port": None},
        health_check={"url": None, "path": "/cgi-bin/health"},
        env_vars={"PORT": str(shop.port())},
    )
    sha = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    assert shop.live_version() == sha
    assert "http://127.0.0.1" in shop.run("test", "shop", "production").stdout


def test_a_hook_that_calls_compose_means_the_new_release(shop):
    hook = 'docker compose run --rm --no-deps web cat /app/label > "$HOME/ran" && echo "$COMPOSE_PROJECT_NAME" >> "$HOME/ran"'
    shop.configure(hooks={"pre_deployment": [hook]})
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    label, project = (shop.home / "ran").read_text().split()
    assert label == "v1"
    assert project == by_service(shop)["web"]["Config"]["Labels"]["com.docker.compose.project"]
    assert len(shop.containers()) == 1


@pytest.mark.feature("CFG-31")
def test_limits_hold_for_the_named_service_only(shop):
    shop.configure(
        resources={"cpu": {"limit": 0.5, "request": 0.25}, "memory": {"limit": "64Mi", "request": "32Mi"}}
    )
    shop.commit(**{"compose.yaml": WITH_MORE})
    assert shop.deploy()["status"] == "success"
    there = {name: one["HostConfig"] for name, one in by_service(shop).items()}
    limits = ("NanoCpus", "CpuShares", "Memory", "MemoryReservation")
    assert [there["web"][name] for name in limits] == [500_000_000, 256, 64 * 2**20, 32 * 2**20]
    assert [there["store"][name] for name in limits] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("written", "overrides", "words"),
    [
        (None, {}, "no Compose file"),
        ("services: [", {}, "cannot be read"),
        (WEB, {"service": {"name": "wbe"}}, "no such service: wbe"),
        (WEB, {"file": "elsewhere.yml"}, "elsewhere.yml"),
    ],
)
def test_a_compose_file_that_cannot_be_used(shop, written, overrides, words):
    shop.configure(**overrides)
    shop.commit(**({"compose.yaml": written} if written else {}))
    if written is None:
        shop.repository.git("rm", "--quiet", "compose.yaml")
        shop.repository.git("commit", "--quiet", "--message", "gone")
        shop.repository.push()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert words in answer["error"]["message"], answer
    assert (shop.images(), shop.releases()) == ([], [])


VALUES = {
    "PLAIN": "a b",
    "QUOTES": """'"`$HOME $PATH $(id) \\n \\""",
    "LINES": "first\nsecond",
    "PATH": "/bin:/nowhere",
    "DOCKER_HOST": "tcp://nobody.invalid:1",
    "COMPOSE_PROJECT_NAME": "evil",
}


@pytest.mark.feature("CFG-21")
def test_variables_arrive_exactly_as_they_are_and_secrets_are_in_no_other_place(shop):
    secret = "s3cr3t-in-a-container-57c1"
    shop.configure(env_vars={**VALUES, "TOKEN": "${SHOP_TOKEN}"})
    shop.commit()
    result = shop.run("deploy", "shop", "production", "--verbose", env={"SHOP_TOKEN": secret})
    assert result.exit_code == 0, result.output
    [one] = shop.containers()
    found = dict(line.split("=", 1) for line in one["Config"]["Env"])
    assert {name: found[name] for name in VALUES} == VALUES
    assert found["TOKEN"] == secret
    one["Config"].pop("Env")
    assert secret not in json.dumps(one)
    assert secret not in result.output
    [file] = shop.files_holding(secret)
    assert file.endswith(".env")
    assert (shop.root / file).stat().st_mode & 0o777 == 0o600
