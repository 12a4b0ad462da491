"""Finding, checking and showing the configuration; completion; the documented aliases."""

import json
import os
import signal
import subprocess
import urllib.request

import pytest

from tests.support.ports import free_port
from tests.support.processes import until


@pytest.fixture
def elsewhere(shop):
    """The shop's configuration, where only `-c` finds it."""
    moved = shop.root / "elsewhere.yaml"
    shop.config.rename(moved)
    return moved


@pytest.mark.feature("CLI-03", "CLI-04")
@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "FILE", "list"],
        ["list", "-c", "FILE"],
        ["--config", "FILE", "list", "--json"],
        ["config", "-c", "FILE", "validate"],
        ["config", "show", "--config", "FILE"],
        ["-c", "nowhere.yaml", "list", "-c", "FILE"],
    ],
)
def test_the_file_is_named_before_or_after_the_command(shop, elsewhere, arguments):
    assert shop.run("list").exit_code == 2
    result = shop.run(*(str(elsewhere) if word == "FILE" else word for word in arguments))
    assert result.exit_code == 0
    assert "shop" in result.stdout or str(elsewhere) in result.stdout


@pytest.mark.feature("CLI-27")
def test_validate_names_the_file_and_its_mistakes(shop, elsewhere):
    good = shop.run("config", "validate", "--file", str(elsewhere))
    assert (good.exit_code, good.stderr) == (0, "")
    assert good.stdout == f"✓ {elsewhere} is valid: 1 fraise, 1 environment.\n"
    answer = shop.run("config", "validate", "--file", str(elsewhere), "--json").json
    assert answer == {"schema": 1, "valid": True, "file": str(elsewhere), "warnings": []}
    elsewhere.write_text(elsewhere.read_text().replace("branch:", "brunch:"))
    bad = shop.run("config", "validate", "--file", str(elsewhere))
    assert (bad.exit_code, bad.stdout) == (2, "")
    assert "brunch" in bad.stderr
    error = shop.run("config", "validate", "--file", str(elsewhere), "--json").json["error"]
    assert (error["code"], error["exit_code"]) == ("configuration", 2)


@pytest.mark.feature("CLI-26")
def test_show_masks_secrets(shop):
    shop.configure(env_vars={"API_KEY": "${SHOP_API_KEY}", "GREETING": "hello"})
    for arguments in (["config", "show"], ["config", "show", "--json"]):
        result = shop.run(*arguments, env={"SHOP_API_KEY": "tops3cret"})
        assert result.exit_code == 0
        assert "hello" in result.stdout
        assert "***" in result.stdout
        assert "tops3cret" not in result.output
    answer = json.loads(result.stdout)
    assert answer["schema"] == 1
    assert answer["fraises"]["shop"]["environments"]["production"]["branch"] == "main"


def test_list_as_json(shop):
    assert shop.run("list", "--json").json == [
        {
            "schema": 1,
            "fraise": "shop",
            "type": "api",
            "description": "The shop",
            "environments": [{"environment": "production", "provider": "bare-metal", "place": None}],
        }
    ]
    [flat] = shop.run("list", "--flat", "--json").json
    assert (flat["fraise"], flat["environment"]) == ("shop", "production")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["fraisier", "dep"], {"deploy"}),
        (["fraisier", "deploy", ""], {"shop"}),
        (["fraisier", "deploy", "shop", "s"], {"staging"}),
        (["fraisier", "status", "shop", ""], {"production", "staging"}),
        (["fraisier", "deploy", "--dry"], {"--dry-run"}),
    ],
)
def test_the_shell_completes_commands_names_and_options(shop, words, offered):
    shop.configure(environments={"staging": {}, "production": {}})
    result = shop.run(
        env={
            "_FRAISIER_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        }
    )
    assert {line.partition(",")[2] for line in result.stdout.splitlines()} == offered


def test_completion_is_silent_about_a_broken_file(shop):
    shop.config.write_text("fraises: [")
    result = shop.run(
        env={"_FRAISIER_COMPLETE": "bash_complete", "COMP_WORDS": "fraisier deploy ", "COMP_CWORD": "2"}
    )
    assert result.output.strip() == ""


@pytest.mark.feature("CLI-37")
@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (["--host", "127.0.0.1", "--port", "PORT"], {"FRAISIER_PORT": "1", "FRAISIER_HOST": "192.0.2.1"}),
        ([], {"FRAISIER_PORT": "PORT", "FRAISIER_HOST": "127.0.0.1"}),
        ([], {"FRAISIER_PORT": "PORT"}),
    ],
    ids=["flags win", "environment", "localhost is the default"],
)
def test_the_webhook_server_listens_where_it_is_told(shop, arguments, env):
    port = str(free_port())
    log = shop.root / "webhook.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [
                shop.fraisier.parent / "fraisier-webhook",
                *(port if word == "PORT" else word for word in arguments),
            ],
            env={**shop.env, **{name: port if text == "PORT" else text for name, text in env.items()}},
            cwd=shop.root,
            stdout=out,
            stderr=out,
        ) as server,
    ):
        try:
            assert until(lambda: answers(port), 20), log.read_text()
        finally:
            os.kill(server.pid, signal.SIGTERM)
    assert server.returncode == 0
    assert "Traceback" not in log.read_text()


def answers(port):
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/health", timeout=2) as got:
            return got.status == 200
    except OSError:
        return False


def test_the_webhook_server_stays_at_home_by_default(shop):
    text = " ".join(
        subprocess.run(
            [shop.fraisier.parent / "fraisier-webhook", "--help"],
            env={"PATH": "/usr/bin"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    )
    assert "default: localhost" in text
    assert "default: 8080" in text
