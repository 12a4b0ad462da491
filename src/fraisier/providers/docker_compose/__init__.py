"""docker_compose: services of a Compose file, in containers of one project per environment.

The one container of a service on bare_metal is such a project, too; its description is made here.
"""

from fraisier.providers.docker_compose.provider import DockerCompose
from fraisier.providers.provider import PROVIDERS

PROVIDERS.register("docker_compose", DockerCompose())
