"""Env files: what every reader agrees on is read, everything else is refused by file and line."""

import re
from pathlib import Path

import pytest

from fraisier.errors import ConfigurationError
from fraisier.model.secret import Secret
from fraisier.secrets.env_file import parse, values_in


def read(text):
    return {name: value.reveal() for name, value in parse(text, "my.env").items()}


def test_what_everybody_agrees_on():
    text = (
        "# keys\n\nA=1\nexport B=two words\r\n  C='it is $5 and \"so\" \\n'  # why\n"
        'D="a \\"b\\" \\\\ \\$ \\` \\n"\nE=\nF=\'\'\nG=a=b#c\nH=https://u:p@h/?x=1&y=2\n'
    )
    assert read(text) == {
        "A": "1",
        "B": "two words",
        "C": 'it is $5 and "so" \\n',
        "D": 'a "b" \\ $ ` \n',
        "E": "",
        "F": "",
        "G": "a=b#c",
        "H": "https://u:p@h/?x=1&y=2",
    }


@pytest.mark.parametrize(
    "line",
    [
        "A=$HOME",
        "A=${B}",
        'A="$B"',
        "A=a 'b'",
        "A=it's",
        "A=1 # one",
        'A="open',
        "A='open",
        "A=a\\b",
        "A=`id`",
        'A="\\x"',
    ],
)
def test_what_programs_read_differently_is_refused_without_its_value(line):
    with pytest.raises(
        ConfigurationError, match=r"^my\.env:2: programs do not agree on what the value of A is\.$"
    ) as caught:
        parse(f"B=1\n{line}\n", "my.env")
    assert caught.value.hint == "Put it in single quotes: A='…'"


@pytest.mark.parametrize("line", ["s3cr3t", "A =1", "1A=1", "A-B=1", "=1", "A: 1"])
def test_what_is_no_assignment_is_refused_without_being_shown(line):
    with pytest.raises(ConfigurationError, match=r"^my\.env:1: this is not NAME=value\.$"):
        parse(line, "my.env")


def test_a_name_stands_there_once():
    with pytest.raises(ConfigurationError, match=r"^my\.env:3: A is there twice\.$"):
        parse("A=1\nB=1\nA=2", "my.env")


def test_the_values_are_secrets_and_found_in_such_a_text_only():
    assert str(parse("A=1", "x")["A"]) == "***"
    assert values_in(Secret("A=one\nB='two'")) == (Secret("one"), Secret("two"))
    assert values_in(Secret("-----BEGIN KEY-----\nabc=\n")) == ()
    assert values_in(Secret("plain")) == ()


def test_the_example_of_the_documentation():
    page = Path(__file__).parents[3] / "docs/how-to/give-a-service-its-settings.md"
    [example] = re.findall(r"```ini\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert read(example) == {
        "REGION": "eu",
        "PASSWORD": 'it costs $5, "really"',
        "GREETING": "two\nlines",
    }
