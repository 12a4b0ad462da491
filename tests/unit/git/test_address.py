from __future__ import annotations

import pytest

from fraisier.errors import ConfigurationError
from fraisier.git.address import mask, parse, public
from fraisier.model.secret import Secret


@pytest.mark.parametrize(
    ("git_repo", "url", "server", "port"),
    [
        ("/srv/git/my api.git", "/srv/git/my api.git", "", ""),
        ("file:///srv/git/a.git", "file:///srv/git/a.git", "", ""),
        ("https://example.com/a.git", "https://example.com/a.git", "", ""),
        ("git://example.com/a.git", "git://example.com/a.git", "", ""),
        ("git@example.com:org/a.git", "git@example.com:org/a.git", "git@example.com", ""),
        ("example.com:a.git", "example.com:a.git", "example.com", ""),
        ("ssh://git@example.com:2222/a.git", "ssh://git@example.com:2222/a.git", "git@example.com", "2222"),
        ("git+ssh://example.com/a.git", "ssh://example.com/a.git", "example.com", ""),
        ("ssh://git:pw@example.com/a.git", "ssh://git@example.com/a.git", "git@example.com", ""),
    ],
)
def test_what_git_takes(git_repo, url, server, port):
    address = parse(git_repo)
    assert (address.url, address.server, address.port) == (url, server, port)


def test_web_credentials_leave_the_url():
    address = parse(Secret("https://oauth2:p%40ss@example.com:8443/a.git"))
    assert (address.url, address.user, address.password) == (
        "https://example.com:8443/a.git",
        "oauth2",
        "p@ss",
    )


@pytest.mark.parametrize(
    "git_repo",
    [
        "",
        "  ",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=touch /tmp/x",
        "ext::sh -c touch% /tmp/x",
        "fd::17",
        "ftp://example.com/a.git",
        "a.git",
        "../a.git",
        "~/a.git",
        "ssh://-oProxyCommand=x/a.git",
        "ssh://-oProxyCommand=x@example.com/a.git",
        "-oProxyCommand=x:a.git",
        "https:///a.git",
        "https://example.com/a\n.git",
        "https://example.com/a\x1b[2J.git",
        "https://x:${TOKEN}@example.com/a.git",
    ],
)
def test_what_is_refused(git_repo):
    with pytest.raises(ConfigurationError) as caught:
        parse(git_repo)
    assert caught.value.hint
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("git_repo", "shown"),
    [
        ("https://example.com/a.git", "https://example.com/a.git"),
        ("https://user:pw@example.com/a.git", "https://example.com/a.git"),
        ("https://token@example.com/a.git", "https://example.com/a.git"),
        ("https://u:${vault:kv/git#token}@example.com/a.git", "https://example.com/a.git"),
        ("https://u:p@ss@example.com/a.git", "https://example.com/a.git"),
        ("https://example.com/a@b.git", "https://example.com/a@b.git"),
        ("https://${HOST}/a.git", "https://${HOST}/a.git"),
        ("ssh://git:pw@example.com/a.git", "ssh://git@example.com/a.git"),
        ("ssh://git@example.com/a.git", "ssh://git@example.com/a.git"),
        ("git@example.com:a.git", "git@example.com:a.git"),
        ("/srv/a@b.git", "/srv/a@b.git"),
    ],
)
def test_credentials_are_no_part_of_the_public_address(git_repo, shown):
    assert public(git_repo) == shown


def test_credentials_inside_a_text_are_masked():
    text = (
        "fatal: could not read Password for 'https://ghp_abc@example.com': see ssh://git:pw@h/a and git@h:a"
    )
    assert mask(text) == (
        "fatal: could not read Password for 'https://***@example.com': see ssh://git:***@h/a and git@h:a"
    )
