import subprocess

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fraisier.config import names


@pytest.mark.parametrize("name", ["main", "feature/x", "v1.0", "a-b", "ünï", "x@y", "HEAD2", "@x"])
def test_branches_that_git_allows(name):
    assert names.branch(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "a..b",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "a.",
        "-a",
        "@",
        "a@{b",
        "a~b",
        "a^b",
        "a:b",
        "a?b",
        "a*b",
        "a[b",
        "a\\b",
        "a\x7fb",
        "a\tb",
    ],
)
def test_branches_that_git_refuses(name):
    assert "not a name that Git allows" in names.branch(name)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="ab./-@{}~^ lock", min_size=1, max_size=8))
def test_git_itself_agrees(name):
    assume(name != "@")  # Git takes it for HEAD in most places and for a branch in some
    allowed = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True, check=False)
    assert (names.branch(name) is None) == (
        allowed.returncode == 0 and allowed.stdout.decode().strip() == name
    )


@pytest.mark.parametrize(
    "address",
    [
        "/srv/git/a.git",
        "https://github.com/a/b.git",
        "git@github.com:a/b.git",
        "ssh://git@host:22/a.git",
        "file:///srv/a.git",
        "host:a/b.git",
    ],
)
def test_repositories(address):
    assert names.repository(address) is None


@pytest.mark.parametrize(
    "address", ["", "a", "./a.git", "../a", "-oProxyCommand=x", "-o:x", "ext::sh -c x", "a/b:c"]
)
def test_what_is_no_repository(address):
    assert names.repository(address)


@pytest.mark.parametrize("unit", ["api", "api.service", "api@1.service", "my-api_2.service"])
def test_units(unit):
    assert names.unit(unit) is None


@pytest.mark.parametrize("unit", ["", ".service", "-h", "a b", "a/b.service", "é.service", "a;b"])
def test_what_is_no_unit(unit):
    assert names.unit(unit)


@pytest.mark.parametrize("name", ["shop", "production-eu", "eu west", "a.b", "日本"])
def test_names_of_fraises(name):
    assert names.name(name) is None


@pytest.mark.parametrize("name", ["", "-x", "a/b", " a", "a ", "a\nb"])
def test_what_is_no_name(name):
    assert names.name(name)
