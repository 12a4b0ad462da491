"""fraises.example.yaml is the documentation of every key."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fraisier.config import FraisierConfig
from fraisier.config.app_database import APP_DATABASE, AppDatabase
from fraisier.config.branch_mapping import BRANCH_TARGET, BranchTarget
from fraisier.config.document import compose
from fraisier.config.environment import ENVIRONMENT, Environment
from fraisier.config.forge import BITBUCKET, FORGE, Forge
from fraisier.config.fraise import FRAISE
from fraisier.config.git import FRAISE_GIT, GIT, FraiseGit, Git
from fraisier.config.health_check import HEALTH_CHECK, VERSION, HealthCheck, Version
from fraisier.config.hooks import HOOK, HOOKS, Hook, Hooks
from fraisier.config.nats import NATS, TLS, Nats, Tls
from fraisier.config.node import Mapping, Node, Sequence
from fraisier.config.problem import Problems
from fraisier.config.reader import ROOT
from fraisier.config.resources import CPU, MEMORY, RESOURCES, Memory, Processors, Resources
from fraisier.config.server import SERVER, Server
from fraisier.config.service import SERVICE, Service
from fraisier.config.state import STATE, State
from fraisier.config.webhooks import WEBHOOK, Receiver

EXAMPLE = Path(__file__).parents[3] / "fraises.example.yaml"
WITH_PLUGINS = EXAMPLE.read_text(encoding="utf-8").replace("#| ", "")
WITH_ALTERNATIVES = WITH_PLUGINS.replace("#or ", "")
FROM_ELSEWHERE = {"fraise", "environment", "type", "provider_options", "health_checks", "git", "deployer"}
FROM_ELSEWHERE |= {"config_file", "state_path", "depends_on", "adopt"}
STRUCTS = [
    (APP_DATABASE, AppDatabase, set()),
    (BRANCH_TARGET, BranchTarget, set()),
    (GIT, Git, set()),
    (FORGE, Forge, {"server", "allow_sha1"}),
    (BITBUCKET, Forge, {"token", "api_url"}),
    (FRAISE_GIT, FraiseGit, set()),
    (HEALTH_CHECK, HealthCheck, set()),
    (HOOK, Hook, set()),
    (HOOKS, Hooks, set()),
    (VERSION, Version, set()),
    (SERVER, Server, set()),
    (SERVICE, Service, {"unit"}),
    (RESOURCES, Resources, set()),
    (CPU, Processors, set()),
    (MEMORY, Memory, set()),
    (NATS, Nats, set()),
    (WEBHOOK, Receiver, {"fraise", "environment"}),
    (TLS, Tls, set()),
    (STATE, State, set()),
    (ENVIRONMENT, Environment, FROM_ELSEWHERE),
]


def keys(node: Node) -> Iterator[str]:
    match node:
        case Mapping():
            for key, value in node.entries:
                yield key.text
                yield from keys(value)
        case Sequence():
            for item in node.items:
                yield from keys(item)


def test_it_is_valid():
    config = FraisierConfig(EXAMPLE)
    assert list(config.fraises) == [
        "my_api",
        "my_other_api",
        "my_fleet",
        "my_worker",
        "my_site",
        "my_jobs",
        "my_pipeline",
        "my_backups",
        "everything",
    ]
    assert config.warnings == []


def test_it_is_valid_with_the_plugins_that_it_speaks_of(plugins, load):
    plugins(deployer="edge_functions", provider="my_cloud")
    config = load(WITH_PLUGINS)
    functions = config.get_fraise_environment("my_functions", "production")
    assert (functions.type, functions.deployer) == ("custom", "edge_functions")
    service = config.get_fraise_environment("my_cloud_service", "production")
    assert service.provider == "my_cloud"
    assert service.provider_options == {"api_url": "https://api.mycloud.example.com"}


@pytest.mark.parametrize(
    "section",
    [ROOT, STATE, FRAISE, *(section for section, _, _ in STRUCTS)],
    ids=lambda section: section.says,
)
def test_it_shows_every_key(section):
    shown = set(keys(compose(WITH_ALTERNATIVES, Problems("f"))))
    assert {field.key for field in section.fields} <= shown
    assert all(field.says.endswith(".") for field in section.fields)
    assert not section.by_key.keys() & section.not_yet.keys()


@pytest.mark.parametrize(
    ("section", "struct", "from_elsewhere"), STRUCTS, ids=lambda value: getattr(value, "__name__", "")
)
def test_every_attribute_has_a_key_that_fills_it(section, struct, from_elsewhere):
    """Defaults are declared by the structs, so a key and its attribute must find each other."""
    filled = {(field.into or field.key).split(".")[0] for field in section.fields} - {""}
    attributes = {field.name for field in msgspec.structs.fields(struct)}
    assert attributes - from_elsewhere <= filled
