"""The keys of an environment, wherever and however they are written, become one frozen object."""

import json

import msgspec
import pytest

from fraisier.config.app_database import AppDatabase
from fraisier.config.environment import Environment
from fraisier.config.service import Service


@pytest.mark.parametrize(
    ("keys", "attribute", "expected"),
    [
        ("name: api.example.com", "name", "api.example.com"),
        ("branch: 1.10", "branch", "1.10"),
        ("branch: on", "branch", "on"),
        ("git_repo: git@github.com:a/b.git", "git_repo", "git@github.com:a/b.git"),
        ("git_repo: 'https://x:${TOKEN}@host/a.git'", "git_repo", "https://x:${TOKEN}@host/a.git"),
        ("app_path: /srv/x", "app_path", "/srv/x"),
        ("provider: Bare-Metal", "provider", "bare_metal"),
        ("target: {provider: bare-metal, host: localhost}", "provider", "bare_metal"),
        ("provider: bare_metal\nprovider_config: {ssh_host: 127.0.0.1}", "provider", "bare_metal"),
        ("provider_config: {ssh_host: api-eu.example.com}", "hosts", ("api-eu.example.com",)),
        ("target: {host: web1}\nssh_user: deploy", "hosts", ("web1",)),
        ("host: localhost", "hosts", ()),
        ("ssh_key_path: ~/.ssh/id_deploy", "ssh_key", "~/.ssh/id_deploy"),
        ("Provider-Config: {App-Path: /srv/x}", "app_path", "/srv/x"),
        ("deployment_strategy: Recreate", "strategy", "recreate"),
        ("build: make 'a b'", "build", ("make", "a b")),
        ("build: [make, a b]", "build", ("make", "a b")),
        ("build: ['sh', '-c', 'a && b']", "build", ("sh", "-c", "a && b")),
        ("build_timeout: 5m", "build_timeout", 300.0),
        ("keep_releases: 3", "keep_releases", 3),
        ("hold_on_failure: no", "hold_on_failure", False),
        ("on-new-push: Cancel", "on_new_push", "cancel"),
        ("env_vars: {DEBUG: true, N: 010, E: ''}", "env_vars", {"DEBUG": "true", "N": "010", "E": ""}),
        ("systemd_service: api.service", "service", Service(unit="api.service")),
        ("target: {systemd_service: api}", "service", Service(unit="api")),
        (
            "service: {manager: Supervisor, command: 'run -p 1', port: 80, stop_timeout: 5s}",
            "service",
            Service(manager="supervisor", command=("run", "-p", "1"), port=80, stop_timeout=5.0),
        ),
        (
            "database: {name: x, type: PostgreSQL, strategy: apply, tool: command, timeout: 10m}",
            "database",
            AppDatabase(name="x", type="postgresql", timeout=600.0),
        ),
        (
            "database: {backup: ./b, migrate: ./m up, down: [./m, down]}",
            "database",
            AppDatabase(backup=("./b",), migrate=("./m", "up"), down=("./m", "down")),
        ),
    ],
)
def test_one_key(environment, keys, attribute, expected):
    assert getattr(environment(keys), attribute) == expected


def test_defaults(environment):
    shop = environment("")
    assert (shop.type, shop.branch, shop.provider, shop.strategy) == ("api", "main", "bare_metal", "recreate")
    assert (shop.keep_releases, shop.hold_on_failure, shop.build, shop.health_checks) == (5, True, None, ())


@pytest.mark.feature("CFG-06")
def test_the_quick_reference_s_environment(load):
    config = load(
        """
        git: {provider: github, github: {webhook_secret: "${FRAISIER_WEBHOOK_SECRET}"}}
        fraises:
          my_service:
            type: api
            description: My GraphQL API
            environments:
              production:
                name: api.example.com
                branch: release
                app_path: /var/www/api
                systemd_service: api.service
                database: {name: myapp_production, strategy: apply}
                health_check: {url: https://api.example.com/health}
        """
    )
    found = config.get_fraise_environment("my_service", "production")
    assert (found.name, found.branch, found.app_path) == ("api.example.com", "release", "/var/www/api")
    assert (found.service.unit, found.database.name) == ("api.service", "myapp_production")


@pytest.mark.feature("CFG-05")
def test_what_a_fraise_says_is_inherited(environment):
    fraise = """
        description: A shop
        health_check: {path: /health, timeout: 30}
        database: {type: postgresql, strategy: apply, name: shared, migrate: ./migrate}
        env_vars: {A: above, B: above}
        service: {command: run, port: 8000}
        keep_releases: 9
    """
    shop = environment(
        """
        health_check: {timeout: 5}
        database: {name: own}
        env_vars: {B: own, C: own}
        service: {port: 8001}
        """,
        fraise,
    )
    assert shop.description == "A shop"
    assert shop.keep_releases == 9
    assert shop.env_vars == {"A": "above", "B": "own", "C": "own"}
    assert shop.service == Service(command=("run",), port=8001)
    assert shop.database == AppDatabase(type="postgresql", name="own", migrate=("./migrate",))
    assert [(check.url, check.timeout) for check in shop.health_checks] == [
        ("http://127.0.0.1:8001/health", 5.0)
    ]


def test_a_list_replaces_what_is_inherited(environment):
    shop = environment("health_check: [{url: http://a/}, {url: http://b/}]", "health_check: {url: http://c/}")
    assert [check.url for check in shop.health_checks] == ["http://a/", "http://b/"]


def test_the_same_said_twice_is_no_contradiction(environment):
    shop = environment(
        "build_timeout: 5m\ntarget: {build_timeout: 300, env_vars: {A: x}}\nenv_vars: {A: x, B: y}"
    )
    assert (shop.build_timeout, shop.env_vars) == (300.0, {"A": "x", "B": "y"})


def test_a_snapshot_comes_back_as_it_was(environment):
    shop = environment(
        "env_vars: {A: '${B}'}\nbuild: make\nname: x.example.com\nhealth_check: {path: /}\ndatabase: {migrate: m}"
    )
    stored = json.loads(json.dumps(msgspec.to_builtins(shop)))
    assert msgspec.convert(stored, Environment) == shop
    assert msgspec.convert(msgspec.to_builtins(shop), Environment) == shop


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("app_path: srv", "7: must be an absolute path, not 'srv'"),
        ("app_path: /", "7: must not be the root folder"),
        ("app_path: ${HOME}/x", "7: must be known when the file is read; ${HOME} cannot stand here"),
        ("app_path: [a]", "7: must be text, not a list"),
        ("app_path:", "7: has no value; it must be text"),
        ("branch: a..b", "7: 'a..b' is not a name that Git allows for a branch"),
        ("git_repo: ./here", "7: must be an address that Git takes or an absolute path, not './here'"),
        ("build: ''", "7: is an empty command"),
        ("build: [make, [x]]", "7: must be text, not a list"),
        ("build: make 'x", "7: cannot be split into words: no closing quotation"),
        (
            "build: a && b",
            '7: runs without a shell, so && would be an ordinary word (write ["sh", "-c", "…"])',
        ),
        (
            "build: make ${X}",
            "7: holds a ${…} reference, and commands are not resolved (pass it through env_vars)",
        ),
        ('build: "a\\0b"', "7: holds a NUL character"),
        (
            "build_timeout: soon",
            "7: must be a time: seconds, or with units such as 30s, 5m, 1h30m, not 'soon'",
        ),
        ("build_timeout: 0", "7: must be from 1 seconds to a year, not '0'"),
        ("build_timeout: 9999d", "7: must be from 1 seconds to a year, not '9999d'"),
        ("keep_releases: '3'", "7: must be a whole number from 2 to 1000, not '3' (write it without quotes)"),
        ("keep_releases: 010", "7: must be a whole number from 2 to 1000, not '010'"),
        ("keep_releases: 2.5", "7: must be a whole number from 2 to 1000, not '2.5'"),
        ("hold_on_failure: maybe", "7: must be true or false, not 'maybe'"),
        ("service: {command: x, port: 0}", "7: must be a whole number from 1 to 65535, not '0'"),
        ("service: {command: x, port: 65536}", "7: must be a whole number from 1 to 65535, not '65536'"),
        ("service: {command: x, port: " + "9" * 5000 + "}", "7: must be a whole number from 1 to 65535, not"),
        ("service: {command: x, manager: systmd}", "7: there is no service manager called 'systmd'"),
        ("service: {command: x, prot: 1}", "7: unknown key 'prot' (did you mean port?)"),
        (
            "service: 5\nsystemd_service: x",
            "7: belongs to the provider docker_compose, and this one is bare_metal",
        ),
        ("service: {port: 80, command: ''}", "7: is an empty command"),
        (
            "provider: bare_mettal",
            "7: there is no provider called 'bare_mettal'; it must be one of bare_metal, docker_compose, or an installed plugin (did you mean",
        ),
        ("name: a b", "7: must be a host name such as api.example.com, not 'a b'"),
        ("env_vars: {1A: x}", "7: '1A' is not a name for an environment variable"),
        ("env_vars: {A: [x]}", "7: must be text, not a list"),
        ("env_vars: {A: }", "7: has no value; it must be text"),
        ("env_vars: {A: '${B'}", "7: a reference that begins with ${ has no closing brace"),
        (
            "env_vars: {A: '${B?}'}",
            "7: ${B?} is not a reference (write ${NAME}, ${NAME:-default} or ${file:/path})",
        ),
        ("env_vars: [A]", "7: must be a mapping of keys to values"),
        ("database: {down: x}", "7: undoes database.migrate, and there is none"),
        ("apppath: /x", "7: unknown key 'apppath' (did you mean app_path"),
        ("brnach: x", "7: unknown key 'brnach' (did you mean branch?)"),
        ("qqqq: x", "7: unknown key 'qqqq'"),
        ("app-path: /a\nApp_Path: /a", "8: the key 'App_Path' is already given on line 7"),
        (
            "app_path: /a\ntarget: {app_path: /b}",
            "8: contradicts fraises.shop.environments.production.app_path on line 7",
        ),
        (
            "env_vars: {A: x}\ntarget:\n  env_vars: {A: y}",
            "9: contradicts fraises.shop.environments.production.env_vars.A on line 7",
        ),
        (
            "host: web1\nssh_host: web2",
            "8: contradicts fraises.shop.environments.production.host on line 7",
        ),
        (
            "systemd_service: a\nservice:\n  command: b",
            "9: contradicts fraises.shop.environments.production.systemd_service on line 7: the unit has a command",
        ),
        ("systemd_service: a\nservice: {manager: supervisor}", "8: contradicts"),
        ("systemd_service: a b", "7: 'a b' is not a name for a systemd service"),
    ],
)
def test_what_is_wrong(wrong_keys, keys, expected):
    if "systemd_service" not in keys and "command" not in keys:
        keys += "\nservice: {command: x}" if "service:" not in keys else ""
    (said,) = wrong_keys(keys)
    assert said.startswith(expected)


def test_what_is_missing(wrong):
    said = [
        f"{p.line}: {p.what}" for p in wrong("fraises:\n  shop:\n    environments:\n      production: {}\n")
    ]
    assert said == [
        "4: has no app_path: the absolute path of the folder for its releases",
        "4: has neither service.command nor systemd_service: nobody knows what to run",
    ]


def test_a_wrong_value_above_is_said_once(wrong):
    problems = wrong(
        """
        fraises:
          shop:
            keep_releases: few
            environments:
              a: {app_path: /a, systemd_service: a}
              b: {app_path: /b, systemd_service: b}
        """
    )
    assert [problem.path for problem in problems] == ["fraises.shop.keep_releases"]
