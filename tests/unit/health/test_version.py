"""Which version an answer names, and whether it is the expected one."""

import pytest

from fraisier.config.health_check import Version
from fraisier.health.version import fault, named
from fraisier.model.commit import Commit

COMMIT = Commit(sha="0123456789abcdef0123456789abcdef01234567", tag="1.2.3")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("version", b'{"version": "1.2.3"}', "1.2.3"),
        ("build.0.commit", b'{"build": [{"commit": "0123456"}]}', "0123456"),
        ("build", b'{"build": 7}', "7"),
        ("build.commit", b'{"build": "x"}', None),
        ("build.3", b'{"build": []}', None),
        ("version", b'{"version": null}', None),
        ("version", b"well", None),
        ("version", b"[]", None),
    ],
)
def test_a_path_into_json(path, body, said):
    assert named(Version(json=path), {}, body) == said


def test_a_header_in_any_case():
    where = Version(header="X-Version")
    assert named(where, {"x-version": " 1.2.3 "}, b"") == "1.2.3"
    assert named(where, {}, b"") is None


@pytest.mark.parametrize("said", [COMMIT.sha, COMMIT.sha.upper(), COMMIT.sha[:7], "1.2.3"])
def test_hashes_and_the_tag_are_the_version(said):
    assert fault(Version(json="v"), said, COMMIT) is None


@pytest.mark.parametrize("said", ["0123", "", "1.2.4", "f" * 40])
def test_anything_else_is_not(said):
    assert fault(Version(json="v"), said, COMMIT) == f"its JSON v says version {said}, not {COMMIT.sha}"


def test_an_answer_without_a_version_is_not_the_version():
    assert fault(Version(header="X"), None, COMMIT) == "its header X names no version"
