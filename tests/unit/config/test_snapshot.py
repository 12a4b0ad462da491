"""The configuration is stored with each deployment and read again by later versions."""

import msgspec
import pytest

from fraisier.config.app_database import AppDatabase
from fraisier.config.environment import Environment
from fraisier.config.health_check import HealthCheck
from fraisier.config.service import Service

FIRST = b"""{"fraise": "shop", "environment": "production", "type": "api", "description": "", "name": null,
"provider": "bare_metal", "provider_options": {}, "git_repo": "/srv/git/shop.git", "branch": "main",
"app_path": "/srv/shop", "build": null, "build_timeout": 1800.0,
"service": {"manager": "auto", "command": ["run"], "port": 80, "unit": null, "stop_timeout": 30.0},
"health_checks": [{"type": "http", "url": "http://a/", "timeout": 5.0, "retries": 3, "retry_delay": 1.0,
"initial_delay": 0.0, "start_period": 0.0, "expected_status": 200, "enabled": true}],
"database": {"name": null, "type": null, "strategy": "apply", "tool": "command", "backup": [], "migrate": ["m"],
"down": [], "timeout": 600.0}, "env_vars": {"A": "${A}"}, "strategy": "recreate", "keep_releases": 5,
"hold_on_failure": true}"""
"""What version 1.0.0a1 stored."""


def test_a_snapshot_of_the_first_version_is_read():
    assert msgspec.json.decode(FIRST, type=Environment) == Environment(
        fraise="shop",
        environment="production",
        type="api",
        git_repo="/srv/git/shop.git",
        app_path="/srv/shop",
        service=Service(command=("run",), port=80),
        health_checks=(HealthCheck(url="http://a/"),),
        database=AppDatabase(migrate=("m",)),
        env_vars={"A": "${A}"},
    )


def test_what_a_later_version_added_is_passed_over():
    later = FIRST.replace(b'"branch"', b'"something_new": {"a": 1}, "branch"')
    assert msgspec.json.decode(later, type=Environment) == msgspec.json.decode(FIRST, type=Environment)


@pytest.mark.parametrize("struct", [AppDatabase, HealthCheck, Service])
def test_every_attribute_has_a_default(struct):
    assert msgspec.json.decode(b"{}", type=struct) == struct()
