from __future__ import annotations

import shlex

from fraisier.git import environment
from fraisier.git.address import parse
from fraisier.git.script import script
from fraisier.model.secret import Secret


def settings(env):
    count = int(env["GIT_CONFIG_COUNT"])
    return [(env[f"GIT_CONFIG_KEY_{n}"], env[f"GIT_CONFIG_VALUE_{n}"]) for n in range(count)]


def test_nobody_is_asked_and_no_program_is_named_by_a_repository():
    for env in (environment.local(), environment.remote(parse("/srv/a.git"), {})):
        assert env["GIT_TERMINAL_PROMPT"] == "0"
        assert env["LC_ALL"] == "C"
        assert "ext" not in env["GIT_ALLOW_PROTOCOL"].split(":")
        assert ("core.hooksPath", "/dev/null") in settings(env)


def test_a_password_is_a_secret_and_no_argument():
    env = environment.remote(parse("https://bot:s3cret@example.com/a.git"), {})
    assert ("remote.fraisier.url", "https://example.com/a.git") in settings(env)
    assert env["FRAISIER_GIT_PASSWORD"] == Secret("s3cret")
    what = script("resolve", env=env, deadline=1)
    assert "s3cret" not in str(what) + repr(what)


def test_a_token_in_the_users_place_is_a_secret_too():
    token = "ghp_" + "x" * 36
    for git_repo in (
        f"https://{token}@example.com/a.git",
        f"https://{token}:x-oauth-basic@example.com/a.git",
    ):
        assert token not in repr(environment.remote(parse(git_repo), {}))


def test_the_key_is_one_word_whatever_is_in_it():
    words = shlex.split(environment.ssh_command("/keys/it's $(a) key%h"))
    assert words[-2:] == ["-i", "/keys/it's $(a) key%%h"]
    assert "IdentitiesOnly=yes" in words
    assert "BatchMode=yes" in words
    assert "StrictHostKeyChecking=yes" in words


def test_without_a_key_the_agent_and_the_users_own_settings_count():
    assert "-i" not in shlex.split(environment.ssh_command(""))
    env = environment.remote(parse("git@h:a"), {"SSH_AUTH_SOCK": "/run/agent", "GIT_SSH_COMMAND": "evil"})
    assert env["SSH_AUTH_SOCK"] == "/run/agent"
    assert env["GIT_SSH_COMMAND"].startswith("ssh ")


def test_proxies_are_handed_on_and_their_passwords_hidden():
    ours = {"https_proxy": "http://me:pw@proxy:3128", "no_proxy": "localhost", "PATH": "/x", "EDITOR": "vi"}
    env = environment.remote(parse("https://h/a"), ours)
    assert env["https_proxy"] == Secret("http://me:pw@proxy:3128")
    assert env["no_proxy"] == "localhost"
    assert "PATH" not in env
    assert "EDITOR" not in env
