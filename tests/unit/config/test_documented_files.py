"""What the documents show is valid, or is refused for exactly the reason, with line and column.

The files here say what the documents' files say, in other words. FRAISIER_DOCUMENTS may name a folder with the
documents themselves.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

from fraisier.config.problem import InvalidConfiguration, Problem
from fraisier.config.reader import ROOT, read

FRAME = """\
fraises:
  bakery:
    environments:
      live:
        app_path: /srv/bakery
        systemd_service: bakery
"""

REGISTRY = """\
git:
  provider: github
  github:
    webhook_secret: ${BAKERY_SECRET}
  gitlab:
    base_url: https://git.example.com
    secret_token: ${BAKERY_SECRET}
  gitea:
    webhook_secret: ${BAKERY_SECRET}
  bitbucket:
    server: false
fraises:
  fraisier:
    type: api
    database:
      type: sqlite
      path: /opt/fraisier/state.db
      strategy: apply
    environments:
      live:
        target:
          provider: bare-metal
          systemd_service: fraisier.service
  bakery:
    type: api
    database: {type: postgresql, strategy: apply}
    health_check: {path: /up, timeout: 30}
    environments:
      trial:
        database: {name: bakery_trial, strategy: rebuild}
        target: {provider: docker-compose, file: compose.yml}
      staging:
        target:
          provider: coolify
          endpoint: https://coolify.example.com
          project_id: b4k3ry
      live-eu:
        target: {provider: scaleway, region: fr-par}
  oven:
    type: worker
    environments:
      live: {target: {provider: aws, cluster: ovens}}
  nightly:
    type: scheduled
    environments:
      live:
        jobs:
          dump: {schedule: "0 3 * * *", script: ./dump.sh}
branch_mapping:
  main: {fraise: bakery, environment: live-eu}
"""
REGISTRY_REFUSED = [
    (20, 7, "has no app_path"),
    (30, 40, "drops the database and makes it again: say how"),
    (34, 21, "not supported yet: the provider coolify"),
    (38, 28, "not supported yet: the providers aws, scaleway and ovh"),
    (42, 33, "not supported yet: the providers aws, scaleway and ovh"),
    (46, 7, "has no app_path"),
]

VALID = {
    "the quick reference's file": """\
git: {provider: github, github: {webhook_secret: "${BAKERY_SECRET}"}}
fraises:
  bakery:
    type: api
    description: Bread over GraphQL
    environments:
      live:
        name: bread.example.com
        branch: main
        app_path: /srv/bakery
        systemd_service: bakery.service
        database: {name: bakery_live, strategy: apply}
        health_check: {url: https://bread.example.com/up}
branch_mapping: {main: {fraise: bakery, environment: live}}
""",
    "a group": FRAME + "  shop: {type: service_group, services: [bakery]}\n",
    "going back": FRAME + "        provider_config: {auto_rollback_on_failure: true}\n",
    "hooks": FRAME
    + """\
        provider_config:
          hooks:
            pre_deployment:
              - command: make migrate
                on_failure: fail
            post_deployment:
              - command: make seed
                on_failure: warn
""",
    "a forge for one fraise": FRAME.replace(
        "    environments", "    git: {provider: gitlab, base_url: https://git.example.com}\n    environments"
    ),
    "pushes": FRAME
    + """\
        provider_config:
          auto_deploy: true
          auto_deploy_branch: main
          webhook_secret: ${BAKERY_SECRET}
""",
    "variables": FRAME + '        provider_config: {env_vars: {KEY: "${KEY}", URL: "${URL}"}}\n',
    "the operator's health check": FRAME
    + """\
        health_check_url: http://localhost:9000/up
        health_check_timeout: 30
        health_check_retries: 5
""",
    "every kind of health check": FRAME
    + """\
        health_check:
          - {type: http, url: "http://localhost:9000/up", timeout: 5, expected_status: 200}
          - {type: tcp, host: localhost, port: 9000, timeout: 5}
          - {type: command, command: docker exec bakery npm run health-check, expected_exit_code: 0}
          - {type: database, connection_string: "${BAKERY_DATABASE}", query: SELECT 1, timeout: 10}
""",
}
REFUSED = {
    "the prd's registry": (REGISTRY, REGISTRY_REFUSED),
    "commands below the YAML": (
        FRAME + "\n# Deploy it\nfraisier deploy bakery live\n",
        [(9, 1, "is not YAML: could not find expected ':'")],
    ),
    "strategies": (
        FRAME + "        deployment_strategy: blue_green\n        max_parallel_deployments: 1\n",
        [(7, 30, "not supported yet: the strategy blue_green")],
    ),
    "rolling without hosts to roll over": (
        FRAME + "        deployment_strategy: rolling\n        max_parallel_deployments: 1\n",
        [(7, 9, "not supported yet: the strategy rolling on one host")],
    ),
    "a canary": (
        FRAME + "        deployment_strategy: canary\n        canary_config: {increment: 10}\n",
        [(7, 30, "not supported yet: the strategy canary"), (8, 9, "not supported yet: the strategy canary")],
    ),
    "two health checks in one mapping": (
        FRAME + "        health_check: {enabled: false}\n        build: make\n        health_check: {retry_delay: 1}\n",
        [(9, 9, "the key 'health_check' is already given on line 7")],
    ),
    "a provider that is not installed": (
        "fraises: {bakery: {environments: {live: {provider: oven_cloud, provider_config: {api_url: x}}}}}",
        [(1, 52, "there is no provider called 'oven_cloud'; it must be one of bare_metal, docker_compose, or an installed plugin")],
    ),
    "notifications, limits and secrets": (
        FRAME + "        provider_config:\n          webhooks: [{type: slack}]\n          resources: {cpu: {limit: 2}}\n"
        "          secrets: {method: vault}\n          secret_rotation: {interval: 30d}\n",
        [(8, 22, "has no url"), (9, 11, "contradicts"),
         (10, 11, "not supported yet: secret backends"), (11, 11, "not supported yet: secret backends")],
    ),
    "monitoring": (
        "monitoring: {type: prometheus, retention: 7d, sample_metrics: []}\n" + FRAME,
        [(1, 32, "not supported yet: keeping data"), (1, 47, "not supported yet: sampling")],
    ),
    "a state database on a server": (
        "database:\n  host: localhost\n  pool_size: 20\n" + FRAME,
        [(2, 3, "not supported yet: a state database on a server"), (3, 3, "not supported yet: a state database on a server")],
    ),
    "a fragment by itself": (
        "provider_config:\n  build_cache: true\n",
        [(1, 1, "unknown key 'provider_config'"), (1, 1, "is missing; it names everything")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_it_is_valid(text):
    assert "bakery" in read(text, "fraises.yaml").fraises


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_for_exactly_this(wrong, text, expected):
    found = sorted(
        wrong(text), key=lambda problem: (problem.line, problem.column, problem.what.startswith("is missing"))
    )
    assert [(problem.line, problem.column) for problem in found] == [place[:2] for place in expected]
    for problem, (_, _, what) in zip(found, expected, strict=True):
        assert problem.what.startswith(what)


def test_what_all_environments_share_is_told_where_it_belongs(wrong):
    text = "fraises: {shop: {app_path: /a, command: run, environments: {production: {git: {provider: gitlab}}}}}\n"
    [problem] = [one for one in wrong(text) if one.what == "unknown key 'git'"]
    assert problem.hint == "it belongs to the fraise, beside environments: for all of them"


def test_a_fragment_is_told_where_it_belongs(wrong):
    problem, _ = wrong("provider_config: {build_cache: true}\n")
    assert problem.hint == "it belongs below a fraise, or one of its environments"


def snippets() -> Iterator[tuple[str, str]]:
    """Every snippet of fraises.yaml in the documents, as a whole file, with its place."""
    for document in sorted(Path(os.environ.get("FRAISIER_DOCUMENTS", "/nowhere")).glob("*.md")):
        text = document.read_text(encoding="utf-8")
        for found in re.finditer(r"^( *)```ya?ml\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
            lines = [line.removeprefix(found[1]) for line in found[2].splitlines()]
            place = f"{document.name}:{text.count(chr(10), 0, found.start()) + 2}"
            keys = {line.partition(":")[0] for line in lines if re.match(r"\w", line)}
            if keys and not keys & {"global", "scrape_configs"}:
                yield place, _whole("\n".join(lines), keys)


def _whole(snippet: str, keys: set[str]) -> str:
    if keys & {*ROOT.by_key, *ROOT.not_yet}:
        return snippet
    depth = 4 if keys & {"type", "environments"} else 8
    return (
        FRAME + indent(snippet, " " * depth)
        if depth == 8
        else f"fraises:\n  bakery:\n{indent(snippet, ' ' * 4)}"
    )


@pytest.mark.beside("the five documents")
@pytest.mark.parametrize("text", [pytest.param(text, id=place) for place, text in snippets()])
def test_no_key_of_the_documents_is_unknown(text):
    assert [problem for problem in _problems(text) if not _names_its_place(problem)] == []


def _problems(text: str) -> list[Problem]:
    try:
        read(text, "fraises.yaml")
    except InvalidConfiguration as error:
        return error.errors
    return []


def _names_its_place(problem: Problem) -> bool:
    return problem.kind != "unknown_key" and None not in {problem.line, problem.column}
