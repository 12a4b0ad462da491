"""docker_compose: services of a Compose file, in containers of one project per environment."""

from fraisier.providers.docker_compose.provider import DockerCompose
from fraisier.providers.provider import PROVIDERS

PROVIDERS.register("docker_compose", DockerCompose())
