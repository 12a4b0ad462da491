"""What Docker and its command say when they cannot be used, word for word, and what it means."""

import pytest

from fraisier.hosts.compose.trouble import Engine, Trouble, judged
from fraisier.model.command import CommandResult

DOWN = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"
DENIED = (
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: "
    'Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix /var/run/docker.sock: connect: permission denied\n'
)
NO_COMPOSE = "20.10.24\ndocker: 'compose' is not a docker command.\nSee 'docker --help'\n"


def test_an_engine_that_answers():
    assert judged(CommandResult(exit_code=0, output="20.10.24\n2.26.1\n"), "host") == Engine(
        daemon="20.10.24", compose="2.26.1"
    )


@pytest.mark.parametrize(
    ("exit_code", "output", "said", "fix"),
    [
        (127, "", "Docker is not installed on host.", "apt-get install"),
        (1, DOWN, "The Docker daemon on host does not answer: Cannot connect", "systemctl start docker"),
        (1, DENIED, "This user may not use the socket of Docker on host.", "usermod -aG docker"),
        (2, NO_COMPOSE, "Docker on host has no Compose v2", "docker-compose"),
    ],
)
def test_each_trouble_has_its_own_cure(exit_code, output, said, fix):
    found = judged(CommandResult(exit_code=exit_code, output=output), "host")
    assert isinstance(found, Trouble)
    assert found.said.startswith(said)
    assert fix in found.fix
