"""Which addresses mean the same repository."""

import pytest

from fraisier.git.place import place


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/api",
        "https://github.com/acme/api.git",
        "https://github.com/acme/api/",
        "https://token@github.com/Acme/API.git",
        "https://user:pass@github.com:443/acme/api.git",
        "HTTPS://GitHub.com/acme/api.git",
        "git@github.com:acme/api.git",
        "github.com:acme/api",
        "git@github.com:/acme/api.git",
        "ssh://git@github.com/acme/api.git",
        "ssh://git@github.com:22/acme/api.git",
        "git://github.com/acme/api.git",
    ],
)
def test_one_repository(address):
    assert place(address) == "github.com/acme/api"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/api2.git",
        "https://github.com/other/api.git",
        "https://evil.com/github.com/acme/api",
        "https://github.com.evil.com/acme/api",
        "https://github.com@evil.com/acme/api",
        "https://evil.com/x@github.com/acme/api",
        "git@evil.com:acme/api.git",
        "/github.com/acme/api",
        "file:///github.com/acme/api",
        "",
    ],
)
def test_another_repository(address):
    assert place(address) != "github.com/acme/api"


@pytest.mark.parametrize(
    "address", ["/srv/git/Api.git", "/srv/git/Api.git/", "file:///srv/git/Api.git", "/srv/git/Api"]
)
def test_a_path_on_this_machine(address):
    assert place(address) == "/srv/git/Api"


def test_ipv6():
    assert place("ssh://git@[::1]:2222/acme/api.git") == place("git@[::1]:acme/api.git") == "[::1]/acme/api"
