from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fraisier.errors import ConfigurationError
from fraisier.git.names import highest, is_name, nearest, require_name

PIECES = st.lists(
    st.sampled_from(
        [
            "a",
            "/",
            ".",
            "..",
            "-",
            "@",
            "{",
            "~",
            "^",
            ":",
            "?",
            "*",
            "[",
            "\\",
            " ",
            "\n",
            "é",
            ".lock",
            "\x7f",
        ]
    ),
    max_size=6,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(PIECES)
@example("@")
@example("a.lock/b")
@example("-a")
def test_our_rules_are_gits(name):
    """`--branch` also expands @{-1} and refuses a leading dash; what it prints is the name itself."""
    git = subprocess.run(
        ["git", "check-ref-format", "--branch", name], capture_output=True, text=True, cwd="/", check=False
    )
    assert is_name(name) == (git.returncode == 0 and git.stdout == f"{name}\n")


@pytest.mark.parametrize("name", ["HEAD", "$(touch x).lock", "a b", "../x", "--upload-pack=x", ""])
def test_a_bad_name_is_refused(name):
    with pytest.raises(ConfigurationError, match="cannot be the name of a branch"):
        require_name(name, "branch")


@pytest.mark.parametrize("name", ["feature/x", "$(touch-x)", "`id`", ";rm", "it's", "naïve"])
def test_a_strange_name_is_allowed(name):
    assert require_name(name, "branch") == name


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        ([], None),
        (["latest", "v1.2.9", "v1.2.10", "zebra"], "v1.2.10"),
        (["1.0.0-rc.2", "1.0.0-rc.10", "1.0.0"], "1.0.0"),
        (["1.0.0-rc.2", "1.0.0-rc.10"], "1.0.0-rc.10"),
        (["api/v2.0.0", "v1.9"], "api/v2.0.0"),
        (["a", "b"], "b"),
    ],
)
def test_the_highest_version(tags, chosen):
    assert highest(tags) == chosen
    assert highest(reversed(tags)) == chosen


def test_near_names():
    assert nearest("mian", ["main", "master", "x"])[0] == "main"
    assert nearest("MAIN", ["main"]) == ["main"]
    assert nearest("qqqq", ["main"]) == []
