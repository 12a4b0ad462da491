"""What `fraisier config schema` tells an editor: whatever is valid is valid there too, and most mistakes show."""

from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fraisier.config.schema import schema
from tests.support.documents import documents, respelt

EXAMPLE = (Path(__file__).parents[3] / "fraises.example.yaml").read_text(encoding="utf-8")
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("text", [EXAMPLE, EXAMPLE.replace("#| ", "")], ids=["plain", "with plugins"])
def test_the_example_is_valid(text):
    VALIDATOR.validate(yaml.safe_load(text))


def test_a_forge_of_one_s_own_is_valid():
    VALIDATOR.validate({"git": {"mygit": {"webhook_secret": "${SECRET}"}}, "fraises": {}})


@settings(max_examples=50, deadline=None)
@given(documents(), st.integers(0, 2**32))
def test_every_spelling_is_valid(document, seed):
    VALIDATOR.validate(yaml.safe_load(respelt(document, seed)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("keep_releases: 5", "keep_release: 5"),
        ("keep_releases: 5", "keep_releases: many"),
        ("keep_releases: 5", "keep_releases: 1"),
        ("port: 8001", "port: 80010"),
        ("manager: auto", "manager: cron"),
        ("timeout: 5s", "timeout: soon"),
        ("enabled: true ", "enabled: perhaps "),
        ("services: [my_api, my_other_api]", "services: my_api"),
        ("on_failure: warn", "on_failure: ignore"),
        ("  LOG_LEVEL: info", "  LOG_LEVEL: [info]"),
    ],
)
def test_an_editor_sees_a_mistake(right, wrong):
    changed = EXAMPLE.replace(right, wrong, 1)
    assert changed != EXAMPLE
    assert not VALIDATOR.is_valid(yaml.safe_load(changed))


def test_an_editor_offers_defaults_and_says_what_a_key_is_for():
    keys = schema()["$defs"]["health_check"]["properties"]
    assert keys["timeout"]["default"] == 5.0
    assert keys["timeout"]["description"] == "How long one attempt may take."
    assert keys["type"]["anyOf"][0]["enum"] == ["http", "tcp", "command", "database"]
