from __future__ import annotations

import pytest

from fraisier.git.address import parse
from fraisier.git.trouble import last_line, recognise
from fraisier.model.command import CommandResult

ADDRESS = parse("ssh://git@example.com:2222/a.git")
# What Git 2.39, OpenSSH 9.2 and curl 7.88 print.
CASES = {
    "ssh: connect to host example.com port 2222: Connection refused\nfatal: Could not read from remote repository.": "does not answer",
    "ssh: Could not resolve hostname example.com: Name or service not known\nfatal: Could not read": "has no address",
    "No ED25519 host key is known for [example.com]:2222 and you have requested strict checking.\nHost key verification failed.": "host key of",
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.": "another host key",
    "git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.": "does not accept the SSH key",
    "Warning: Identity file /k not accessible: No such file or directory.\ngit@h: Permission denied (publickey).": "private key",
    'Load key "/k": Permission denied\ngit@h: Permission denied (publickey).': "private key",
    "ERROR: Repository not found.\nfatal: Could not read from remote repository.": "no repository",
    "fatal: repository 'https://example.com/a.git/' not found": "no repository",
    "fatal: '/srv/a.git' does not appear to be a git repository\nfatal: Could not read from remote repository.": "no repository",
    "fatal: Authentication failed for 'https://example.com/a.git/'": "refuses the credentials",
    "fatal: unable to access 'https://h/a/': The requested URL returned error: 403": "refuses the credentials",
    "fatal: unable to access 'https://h/a/': Could not resolve host: h": "has no address",
    "fatal: unable to access 'https://h/a/': Failed to connect to h port 443 after 0 ms: Couldn't connect to server": "does not answer",
    "fatal: unable to access 'https://h/a/': SSL certificate problem: self-signed certificate": "TLS certificate",
    "fatal: detected dubious ownership in repository at '/srv/a.git'": "another user",
    "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output": "disk",
    "mkdir: cannot create directory '/x': Permission denied": "cannot be written",
}  # fmt: skip


@pytest.mark.parametrize(("output", "part"), CASES.items())
def test_a_known_trouble_has_a_sentence_and_a_hint(output, part):
    trouble = recognise(CommandResult(exit_code=128, output=output), ADDRESS)
    assert part in trouble.message
    assert trouble.hint
    assert trouble.remote


def test_an_unknown_host_key_names_the_one_command():
    output = "Host key verification failed.\nfatal: Could not read from remote repository."
    hint = recognise(CommandResult(exit_code=128, output=output), ADDRESS).hint
    assert hint.endswith("ssh -p 2222 -T git@example.com")


def test_an_unknown_trouble_quotes_the_last_line_without_secrets():
    output = "fatal: bad \x1b[2J news from https://bot:tok@h/a\nhint: something\n"
    trouble = recognise(CommandResult(exit_code=128, output=output), ADDRESS)
    assert trouble.message.endswith("bad ?[2J news from https://***@h/a")
    assert not trouble.remote


def test_a_deadline_says_so():
    result = CommandResult(exit_code=-9, seconds=60.2, timed_out=True)
    assert "within 60 s" in recognise(result, ADDRESS).message


def test_a_missing_program():
    result = CommandResult(exit_code=127, output="fraisier-resolve: 4: git: not found\n")
    assert "missing on this machine" in recognise(result, ADDRESS).message


def test_silence_is_said():
    assert last_line("") == "it said nothing"
