"""Secrets from real files and real commands."""

import pytest

from fraisier.errors import ConfigurationError
from fraisier.model.secret import Secret
from fraisier.secrets.resolver import Resolver


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_without_its_last_newline(tmp_path, ending):
    (tmp_path / "token").write_bytes(f"two\nlines{ending}".encode())
    assert Resolver({}).resolve(f"${{file:{tmp_path}/token}}") == Secret("two\nlines")


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(ConfigurationError, match="No such file"):
        Resolver({}).resolve(f"${{file:{tmp_path}/missing}}")


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        Resolver({}).resolve(f"${{file:{tmp_path}/token}}")


def test_a_command_runs_without_a_shell_in_our_environment():
    resolver = Resolver({"PATH": "/usr/bin:/bin", "NAME": "wert"})
    assert resolver.resolve("${command:printenv NAME}") == Secret("wert")
    assert resolver.resolve("${command:echo $NAME;id}") == Secret("$NAME;id")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("false", "exit code 1"),
        ("no-such-command-anywhere", "cannot be run"),
        ("echo 'open", "cannot be read"),
    ],
)
def test_a_command_that_fails_is_named(command, why):
    with pytest.raises(ConfigurationError, match=why) as caught:
        Resolver({"PATH": "/usr/bin:/bin"}).resolve(f"${{command:{command}}}")
    assert command in caught.value.message


def test_what_a_failing_command_prints_is_not_repeated(tmp_path):
    script = tmp_path / "leaky"
    script.write_text("#!/bin/sh\necho s3cr3t; echo s3cr3t >&2; exit 3\n")
    script.chmod(0o755)
    with pytest.raises(ConfigurationError, match="exit code 3") as caught:
        Resolver({"PATH": "/usr/bin:/bin"}).resolve(f"${{command:{script}}}")
    assert "s3cr3t" not in str(caught.value) + caught.value.hint
