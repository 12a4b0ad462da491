"""The unit that Fraisier writes, as the systemd that runs it sees it."""

import pytest

from tests.support.processes import until

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]

HOSTILE = {
    "QUOTES": """a "b" 'c' `d`""",
    "SLASHES": "back\\slash \\n \\",
    "LINES": "one\ntwo\n\n# three\n; four\nFIVE=5\n",
    "SIGNS": "$HOME $PATH $$ %h %% $(id) ~ * ? [a] & | > <",
    "SPACES": "  before and after\t ",
    "EMPTY": "",
    "LETTERS": "é ß 漢 \U0001f353",
    "RETURN": "carriage\rreturn",
    "CONTROL": "\x01\x1b[31m",
    "LONG": "x" * 20_000,
}


def test_systemd_finds_nothing_to_say_against_it(shop):
    shop.commit()
    shop.deploy()
    verified = shop.host.run("systemd-analyze", "verify", f"/etc/systemd/system/{shop.unit}")
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_a_service_is_kept_from_what_it_does_not_need(shop):
    shop.commit()
    shop.deploy()
    rating = shop.host.run("systemd-analyze", "security", "--no-pager", "--threshold=50", shop.unit)
    assert rating.returncode == 0, rating.stdout
    assert " OK " in rating.stdout.splitlines()[-1]


@pytest.mark.feature("SAFE-12")
def test_systemd_holds_a_service_to_its_limits(shop):
    shop.configure(
        resources={"cpu": {"limit": 1.5, "request": 0.5}, "memory": {"limit": "64Mi", "request": "32Mi"}}
    )
    shop.commit()
    shop.deploy()
    assert shop.shown("CPUQuotaPerSecUSec") == "1.500000s"
    assert shop.shown("CPUWeight") == "50"
    assert shop.shown("MemoryMax") == str(64 * 2**20)
    assert shop.shown("MemoryLow") == str(32 * 2**20)


def test_values_reach_the_service_as_they_were_written(shop):
    shop.configure(env_vars=HOSTILE)
    sha = shop.commit()
    shop.deploy()
    environment = shop.about()["environment"]
    assert {name: environment.get(name) for name in HOSTILE} == HOSTILE
    systemds = {"INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "LOGNAME", "USER", "SHELL"}
    ours = {"PATH", "HOME", "LANG", "PORT", "FRAISIER_VERSION", "FRAISIER_COLOR", *HOSTILE}
    assert set(environment) - systemds - {"LC_CTYPE"} == ours
    assert (environment["HOME"], environment["FRAISIER_VERSION"]) == ("/root", sha)


def test_values_are_nowhere_that_others_may_look(shop):
    shop.configure(env_vars={"PASSWORD": "s3cret-of-the-shop"})
    shop.commit()
    shop.deploy()
    assert shop.about()["environment"]["PASSWORD"] == "s3cret-of-the-shop"
    said = (
        shop.systemctl("show", "--", shop.unit)
        + shop.systemctl("cat", "--", shop.unit)
        + shop.journal(shop.unit)
    )
    assert "s3cret" not in said
    assert (shop.app_path() / "current").resolve().with_suffix(".env").stat().st_mode & 0o777 == 0o600


def test_a_service_that_crashes_is_started_again(shop):
    sha = shop.commit()
    shop.deploy()
    before = shop.about()["pid"]
    shop.systemctl("kill", "--signal=SEGV", "--kill-who=main", "--", shop.unit)
    assert until(lambda: (shop.about() or {}).get("pid", before) != before)
    assert shop.live_version() == sha
    assert shop.shown("NRestarts") == "1"
    assert shop.status()["observed"]["running"] is True


def test_a_service_that_dies_and_is_started_again_until_systemd_gives_up_does_not_pass(shop):
    """It answers between its deaths; only the process tells."""
    good = shop.commit()
    shop.deploy()
    shop.configure(
        service={"command": ["timeout", "--signal=KILL", "0.5", "python3", "app.py"]},
        health_check={"initial_delay": 2, "retries": 16, "retry_delay": 0.5},
    )
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "rolled_back", answer
    assert "Start request repeated too quickly" in shop.journal(shop.unit)
    assert shop.live_version() == good


def test_logs_are_the_journals(shop):
    shop.commit()
    shop.deploy()
    shop.commit()
    shop.deploy()
    lines = shop.run("logs", "shop", "production").stdout.splitlines()
    said = [line for line in lines if line.startswith("starting")]
    assert said == [f"starting {label} (ok) on {shop.port()}" for label in ("v1", "v2")]
    assert shop.run("logs", "shop", "production", "--tail", "1", "--json").json["lines"] == lines[-1:]
