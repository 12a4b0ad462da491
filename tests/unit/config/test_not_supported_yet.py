"""What the documents promise and this version cannot do is refused by name, never ignored."""

import pytest

from fraisier.config.app_database import APP_DATABASE
from fraisier.config.environment import ENVIRONMENT
from fraisier.config.fraise import FRAISE
from fraisier.config.health_check import HEALTH_CHECK
from fraisier.config.reader import ROOT
from fraisier.config.references import NOT_YET as SOURCES
from fraisier.config.state import STATE

FRAME = {
    "ROOT": (ROOT, "{key}: {{}}\nfraises: {{}}\n"),
    "STATE": (STATE, "database: {{{key}: 5}}\nfraises: {{}}\n"),
    "FRAISE": (
        FRAISE,
        "fraises: {{shop: {{{key}: x, environments: {{p: {{app_path: /a, systemd_service: a}}}}}}}}\n",
    ),
    "ENVIRONMENT": (
        ENVIRONMENT,
        "fraises: {{shop: {{environments: {{p: {{{key}: x, app_path: /a, systemd_service: a}}}}}}}}\n",
    ),
    "HEALTH_CHECK": (
        HEALTH_CHECK,
        "fraises: {{shop: {{environments: {{p: {{app_path: /a, systemd_service: a, health_check: {{{key}: 1, url: 'http://a'}}}}}}}}}}\n",
    ),
    "APP_DATABASE": (
        APP_DATABASE,
        "fraises: {{shop: {{environments: {{p: {{app_path: /a, systemd_service: a, database: {{{key}: 1}}}}}}}}}}\n",
    ),
}
KEYS = [(name, key) for name, (section, _) in FRAME.items() for key in section.not_yet]


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_every_promised_key_is_refused_at_its_place(wrong, name, key):
    section, frame = FRAME[name]
    text = frame.format(key=key)
    (problem,) = wrong(text)
    assert problem.kind == "not_supported_yet"
    assert problem.what == f"not supported yet: {section.not_yet[key]}"
    assert (problem.line, problem.column) == (1, text.rindex(f"{key}:") + 1)
    assert problem.path.split(".")[-1] == key


@pytest.mark.parametrize(
    "keys",
    [
        "provider: docker",
        "provider: Coolify",
        "target: {provider: aws}",
        "provider: kubernetes",
        "deployment_strategy: blue-green",
        "deployment_strategy: rolling",
        "deployment_strategy: canary",
        "database: {seed: [bread]}",
        "env_vars: {A: '${vault:a#b}'}",
    ],
)
def test_promised_values_are_refused(wrong_keys, keys):
    (said,) = wrong_keys(keys)
    assert said.startswith("7: not supported yet: ")


@pytest.mark.parametrize("type_", ["postgresql", "mysql", "sqlserver"])
def test_other_state_databases_are_refused(wrong, type_):
    (problem,) = wrong(f"database: {{type: {type_}}}\nfraises: {{}}")
    assert problem.kind == "not_supported_yet"


@pytest.mark.parametrize("source", SOURCES)
def test_promised_sources_of_secrets_are_refused(wrong, source):
    (problem,) = wrong(f"git: {{github: {{webhook_secret: '${{{source}:a#b}}'}}}}\nfraises: {{}}")
    assert problem.kind == "not_supported_yet"
    assert "${" + source in problem.what


def test_the_prd_s_file_names_everything_at_once(wrong):
    problems = wrong(
        """
        git:
          gitlab:
            base_url: https://gitlab.com
        fraises:
          my_api:
            type: api
            environments:
              development:
                database: {name: myapp_db_dev, seed: [users]}
                target: {provider: docker-compose, file: docker-compose.dev.yml}
          backups:
            type: backup
            environments:
              production:
                app_path: /srv/backups
                script: ./backup.sh
                schedule: "@daily"
                monitoring: {}
        """
    )
    assert {problem.kind for problem in problems} == {"not_supported_yet"}
    assert [problem.line for problem in problems] == [10, 19]
