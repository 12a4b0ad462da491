"""One environment of one fraise, with everything it inherits already in it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fraisier.config.app_database import APP_DATABASE, AppDatabase
from fraisier.config.git import FraiseGit
from fraisier.config.health_check import HEALTH_CHECK_KIND, RETRIES, TIMEOUT, URL, HealthCheck
from fraisier.config.hooks import HOOKS_KIND, Hooks
from fraisier.config.hosts import HOST_FIELDS
from fraisier.config.job import JOBS, PLAIN, Job
from fraisier.config.kinds import ARGV, FLAG, at_most, choice, duration, named, text, whole
from fraisier.config.names import (
    absolute_path,
    branch,
    docker_image,
    file_path,
    host_name,
    inner_path,
    repository,
    unit,
    user,
    variable,
)
from fraisier.config.provider_config import put_aside
from fraisier.config.pushes import FIELDS as PUSH_FIELDS
from fraisier.config.pushes import Pushes
from fraisier.config.resources import NO_BOUNDS, RESOURCES, Resources
from fraisier.config.section import SPREAD, Field, Section, nested, section
from fraisier.config.service import SERVICE_KIND, Service
from fraisier.config.webhooks import FIELD as WEBHOOKS
from fraisier.model.identity import Identity


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment needs to know. References like `${VAR}` are still unresolved here.

    This is the configuration snapshot that is stored with each deployment, so new attributes have defaults.
    `provider_options` is what a provider of one's own finds below `provider_config`, unchanged. `env_files` are
    absolute paths on Fraisier's machine. `user` runs the service, its build and its hooks; None: whoever runs
    Fraisier. `file` are Compose files of the repository, `docker_image` what is run instead of building. `deployer` is the registered name behind the type custom. `config_file` is where it was read,
    and `state_path` Fraisier's own database, as far as that file names one. `adopt` is asked for with a deployment:
    use `app_path` although it holds something else. `hosts` are reached over SSH, none means the machine that Fraisier
    runs on; what is None of `ssh_…` is for ~/.ssh/config to say.
    """

    fraise: str
    environment: str
    type: str
    description: str = ""
    name: str | None = None
    provider: str = "bare_metal"
    provider_options: dict[str, Any] = msgspec.field(default_factory=dict)
    git_repo: str = ""
    branch: str = "main"
    app_path: str = ""
    build: tuple[str, ...] | None = None
    build_timeout: float = 1800.0
    build_sandbox: bool = False
    build_writes: tuple[str, ...] = ()
    service: Service | None = None
    resources: Resources = NO_BOUNDS
    health_checks: tuple[HealthCheck, ...] = ()
    database: AppDatabase | None = None
    env_vars: dict[str, str] = msgspec.field(default_factory=dict)
    strategy: str = "recreate"
    keep_releases: int = 5
    hold_on_failure: bool = True
    auto_rollback_on_failure: bool = True
    on_new_push: str = "finish"
    hooks: Hooks = Hooks()
    env_files: tuple[str, ...] = ()
    user: str | None = None
    git: FraiseGit | None = None
    pushes: Pushes = Pushes()
    deployer: str | None = None
    file: tuple[str, ...] = ()
    build_cache: bool = True
    push: bool = False
    deployment_type: str | None = None
    docker_image: str | None = None
    config_file: str | None = None
    state_path: str | None = None
    hosts: tuple[str, ...] = ()
    ssh_user: str | None = None
    ssh_port: int | None = None
    ssh_key: str | None = None
    become: str | None = None
    max_parallel_deployments: str = "1"
    batch_pause: float = 0.0
    on_host_failure: str = "all_or_nothing"
    migrate_on: str | None = None
    adopt: bool = False
    jobs: tuple[Job, ...] = ()
    depends_on: tuple[str, ...] = ()
    on_running_job: str = "wait"

    @property
    def snapshot(self) -> Environment:
        """What is stored of it: a deployment needs no webhook's secret."""
        return msgspec.structs.replace(self, pushes=Pushes())

    @property
    def identity(self) -> Identity:
        return Identity(self.fraise, self.environment)

    @property
    def chief(self) -> str:
        """The one of several hosts on which that happens which must not happen twice: hooks, migrations, jobs."""
        return self.migrate_on or next(iter(self.hosts), "")

    @property
    def of_jobs(self) -> Environment:
        """The same for a run of a job, which touches one of its hosts."""
        return msgspec.structs.replace(self, hosts=(self.chief,)) if self.hosts else self

    @property
    def in_container(self) -> bool:
        """Whether the service of a machine is one container, without any Compose file."""
        return self.provider == "bare_metal" and self.deployment_type is not None

    @property
    def driver(self) -> str:
        """The provider whose code does it."""
        return "docker_compose" if self.in_container else self.provider


class Fraise(msgspec.Struct, frozen=True, kw_only=True):
    """A deployable service and its environments by name, in the order of the file.

    A service_group has no environments of its own; `services` names its members.
    """

    name: str
    type: str
    description: str
    environments: dict[str, Environment]
    services: tuple[str, ...] = ()


BUILT: Final = ("bare_metal", "docker_compose")
COOLIFY: Final = "the provider coolify"
CLOUD: Final = "the providers aws, scaleway and ovh"
KUBERNETES: Final = "the provider kubernetes"
CANARY: Final = "the strategy canary"
SECRETS: Final = "secret backends; ${VAR} and ${file:…} work"

NOT_YET: Final = {
    "canary_config": CANARY,
    "secrets": SECRETS,
    "secret_rotation": SECRETS,
    "monitoring": "monitoring of one environment; write it at the top of the file",
    "runs_on": "several machines that share one database",
    "endpoint": COOLIFY,
    "api_key": COOLIFY,
    "project_id": COOLIFY,
    "region": CLOUD,
    "instance_type": CLOUD,
    "cluster": CLOUD,
    "project": CLOUD,
    "context": KUBERNETES,
    "namespace": KUBERNETES,
}

PROMISED: Final = {
    "docker": "the provider docker",
    "coolify": COOLIFY,
    "aws": CLOUD,
    "scaleway": CLOUD,
    "ovh": CLOUD,
    "kubernetes": KUBERNETES,
}
PROVIDER: Final = Field(
    "provider",
    choice("provider", BUILT, PROMISED, plugins="provider"),
    "Where it runs; the name of a plugin means a provider of your own.",
)

SHARED_FIELDS: Final = (
    PROVIDER,
    *HOST_FIELDS,
    Field(
        "become",
        choice("way to become root", ("sudo",)),
        "sudo: who logs in is not root, and installs units of the system by exactly the commands that need it.",
    ),
    Field("git_repo", text(check=repository, may_refer=True), "The repository: any address that Git takes."),
    Field(
        "branch", text(check=branch), "What is deployed; default: the branch that is mapped here, else main."
    ),
    Field("app_path", text(check=absolute_path), "The folder on the target that holds the releases."),
    Field("build", ARGV, "Runs in the new release; default: its build.sh if it has one."),
    Field("build_timeout", duration(minimum=1), "How long the build may take."),
    Field(
        "build_sandbox",
        FLAG,
        "The build, run by `user`, can write in its release only, sees no other process, and leaves none behind.",
    ),
    Field(
        "build_writes",
        at_most(32, text("the path of a folder", check=absolute_path)),
        "Further folders in which a build in a sandbox may write, such as the cache of a package manager.",
    ),
    Field(
        "service", SERVICE_KIND, "The process that serves, or the service of the Compose file by its name."
    ),
    Field(
        "file",
        at_most(8, text("the path of a file", check=inner_path)),
        "docker_compose: the Compose file in the repository, or several; default: compose.yaml or docker-compose.yml.",
    ),
    Field("build_cache", FLAG, "Images: false builds them without the cache of earlier builds."),
    Field(
        "push", FLAG, "docker_compose: what was built is pushed under the name that its `image:` gives it."
    ),
    Field(
        "deployment_type",
        choice("deployment type", ("docker_image", "docker_build")),
        "docker_image runs the image below instead of building one; docker_build (bare_metal) builds the Dockerfile. On "
        "bare_metal the service is one container then, which is given PORT and published on 127.0.0.1.",
    ),
    Field("docker_image", text(check=docker_image), "The image that is run: registry.example.com/shop:1.2."),
    Field("resources", nested(RESOURCES), "What the service may use of its machine."),
    Field(
        "systemd_service",
        text(check=unit),
        "Your own systemd unit instead of service.command.",
        into="service.unit",
    ),
    Field(
        "health_check",
        HEALTH_CHECK_KIND,
        "How a new version proves that it is well; a list means all must pass.",
    ),
    Field("health_check_url", URL, "The same as health_check.url.", into="health_check.url"),
    Field("health_check_timeout", TIMEOUT, "The same as health_check.timeout.", into="health_check.timeout"),
    Field("health_check_retries", RETRIES, "The same as health_check.retries.", into="health_check.retries"),
    Field("database", nested(APP_DATABASE), "The application's database."),
    Field(
        "env_vars",
        named(text("text", may_refer=True), check=variable),
        "The service's environment; ${…} references are resolved on every deployment and never shown.",
    ),
    Field(
        "deployment_strategy",
        choice(
            "strategy",
            ("recreate", "rolling"),
            {
                "blue_green": "the strategy blue_green",
                "canary": CANARY,
            },
        ),
        "How the new version replaces the old: on all hosts at once, or (rolling) host by host.",
        into="strategy",
    ),
    Field("keep_releases", whole(2, 1000), "How many releases stay on the target for a rollback."),
    Field("hold_on_failure", FLAG, "After a failure pushes wait until a person has deployed by hand."),
    Field(
        "on_new_push",
        choice("on_new_push", ("finish", "cancel")),
        "What a newer push does to the push that is being deployed: it waits for it, or has it cancelled.",
    ),
    Field(
        "auto_rollback_on_failure",
        FLAG,
        "false leaves a failed deployment as it is, for a person to look at.",
    ),
    Field("hooks", HOOKS_KIND, "Commands before and after a deployment."),
    WEBHOOKS,
    Field(
        "env_file",
        at_most(32, text("the path of a file", check=file_path)),
        "Files of NAME=value lines for the service's environment, beside fraises.yaml or absolute; later ones win "
        "and env_vars wins over all.",
        into="env_files",
        aliases=("env_files",),
    ),
    Field(
        "user",
        text(check=user),
        "Builds and runs the service; never root, and its builds cannot become root either.",
    ),
    *PUSH_FIELDS,
    Field("description", text(), "One sentence for people."),
    Field("jobs", JOBS, "Types scheduled, etl and backup: what runs, by name."),
    *PLAIN,
    Field(
        "on_running_job",
        choice("on_running_job", ("wait", "fail")),
        "What a deployment does while a job of its environment runs: wait for its end, or fail.",
    ),
)
NAME: Final = Field(
    "name", text(check=host_name), "The address by which the world knows it: api.example.com."
)

TARGET: Final = section(
    "target", "The target, in a mapping of its own.", *SHARED_FIELDS, NAME, of=Environment, not_yet=NOT_YET
)


def with_target(name: str, says: str, *fields: Field, not_yet: dict[str, str] | None = None) -> Section:
    """A section that may hold everything a target may, plainly or below `target` or `provider_config`."""
    return section(
        name,
        says,
        *SHARED_FIELDS,
        Field(
            "target",
            put_aside("target", PROVIDER, TARGET),
            "Provider and its keys, in a mapping.",
            into=SPREAD,
        ),
        Field(
            "provider_config",
            put_aside("provider_config", PROVIDER, TARGET),
            "The keys of the provider, in a mapping; a provider of your own finds them unchanged.",
            into=SPREAD,
        ),
        *fields,
        of=Environment,
        not_yet=NOT_YET | (not_yet or {}),
    )


ENVIRONMENT: Final = with_target(
    "fraises.FRAISE.environments.ENVIRONMENT", "One environment: where a fraise runs.", NAME
)
