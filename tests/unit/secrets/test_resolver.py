"""References become secrets; what has none stays a text."""

import pytest

from fraisier.errors import ConfigurationError, NotSupportedYet
from fraisier.model.secret import Secret
from fraisier.secrets.resolver import Resolver

RESOLVER = Resolver({"TOKEN": "s3cr3t-value", "EMPTY": "", "ODD": "${TOKEN}"})


@pytest.mark.parametrize("text", ["", "plain", "costs $5", "a$b}c"])
def test_a_text_without_reference_stays_itself(text):
    assert RESOLVER.resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${TOKEN}", "s3cr3t-value"),
        ("user:${TOKEN}@host", "user:s3cr3t-value@host"),
        ("${TOKEN}/${TOKEN}", "s3cr3t-value/s3cr3t-value"),
        ("${EMPTY}", ""),
        ("${EMPTY:-fallback}", "fallback"),
        ("${MISSING:-fallback}", "fallback"),
        ("${MISSING:-}", ""),
        ("${TOKEN:-fallback}", "s3cr3t-value"),
        ("${ODD}", "${TOKEN}"),
    ],
)
def test_a_reference_makes_a_secret(text, value):
    assert RESOLVER.resolve(text) == Secret(value)


def test_a_secret_prints_masked():
    assert "s3cr3t" not in f"{RESOLVER.resolve('${TOKEN}')!r} {RESOLVER.resolve('${TOKEN}')}"


def test_an_unset_variable_is_named_and_no_value_with_it():
    with pytest.raises(ConfigurationError) as caught:
        RESOLVER.resolve("${TOKEN}:${MISSING}")
    assert "${MISSING}" in caught.value.message
    assert "MISSING" in caught.value.hint
    assert "s3cr3t" not in caught.value.message + caught.value.hint


def test_what_no_source_is_written_for_is_refused_by_name():
    with pytest.raises(NotSupportedYet, match=r"\$\{vault:kv/api#token\}"):
        RESOLVER.resolve("${vault:kv/api#token}")
