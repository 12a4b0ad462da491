"""How often a deployment asks Docker: each call costs the time of a process and of an answer."""

import shutil

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]


@pytest.fixture
def calls(shop):
    """What `docker` was called with so far, one line for each call."""
    log, wrapper = shop.root / "calls", shop.root / "bin/docker"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {log}\nexec {shutil.which("docker")} "$@"\n')
    wrapper.chmod(0o755)
    shop.env["PATH"] = f"{wrapper.parent}:{shop.env['PATH']}"

    def so_far():
        lines = log.read_text().splitlines()
        log.unlink()
        return lines

    return so_far


STACK = """\
services:
  web:
    build: .
    ports: ["127.0.0.1:${PORT}:8000"]
    stop_grace_period: 1s
    depends_on: [store, setup]
  store:
    image: fraisier-test-base
    command: [sleep, "100000"]
    stop_signal: KILL
  setup:
    image: fraisier-test-base
    command: ["true"]
"""


def test_a_deployment_asks_docker_no_more_often_than_it_must(shop, calls):
    """Two questions for what was built and what is there already, however many images there are."""
    shop.commit(**{"compose.yaml": STACK})
    assert shop.deploy()["status"] == "success"
    calls()
    shop.commit(**{"compose.yaml": STACK})
    assert shop.deploy()["status"] == "success"
    made = calls()
    assert len([one for one in made if one.startswith("image inspect")]) == 2, made
    assert len(made) <= 22, made
