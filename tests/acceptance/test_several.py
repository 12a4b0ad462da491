"""Several environments in one call: at the same time, each with its result, the worst of their exit codes."""

import signal

import pytest

from tests.support.processes import until
from tests.support.running import running


def two(shop, **blue):
    shop.configure(environments={"blue": blue, "green": {}})


@pytest.mark.feature("CLI-10")
def test_they_run_at_the_same_time(shop):
    """Each build waits for the other one to have begun."""
    meeting = {
        name: {"build": ["sh", "-c", f"touch {shop.root}/{name}; {_until(shop.root / other)}"]}
        for name, other in (("blue", "green"), ("green", "blue"))
    }
    shop.configure(environments=meeting)
    sha = shop.commit()
    result = shop.run("deploy", "shop", "blue", "green", "--json")
    assert result.exit_code == 0, result
    ended = [(one["environment"], one["status"], one["new_version"]) for one in result.json]
    assert ended == [("blue", "success", sha), ("green", "success", sha)]
    assert shop.live_version("blue") == shop.live_version("green") == sha


@pytest.mark.feature("CLI-10")
def test_each_result_is_shown_and_the_exit_code_is_the_worst(shop):
    two(shop, build=["false"])
    sha = shop.commit()
    result = shop.run("deploy", "shop", "blue", "green")
    assert result.exit_code == 1
    assert "[green]   ✓ Health check passed" in result.stdout
    assert "[blue]   ✗ " in result.stdout
    shown = result.stdout.split("shop → green\n")[1]
    assert "✓ Deployment successful!" in shown
    failed = result.stderr.split("shop → blue\n")[1]
    assert "✗ Deployment failed" in failed
    assert (shop.live_version("blue"), shop.live_version("green")) == (None, sha)


@pytest.mark.feature("CLI-10")
def test_one_that_cannot_begin_keeps_no_other_from_it(shop):
    two(shop, git_repo=str(shop.root / "nothing.git"))
    sha = shop.commit()
    result = shop.run("deploy", "shop", "blue", "green", "--json")
    assert result.exit_code == 5
    blue, green = result.json
    assert (blue["status"], blue["deployment_id"], blue["error"]["code"]) == ("failed", None, "unreachable")
    assert (green["status"], green["new_version"]) == ("success", sha)


@pytest.mark.feature("CLI-10")
def test_a_signal_sends_all_of_them_back(shop):
    two(shop)
    first = shop.commit()
    shop.run("deploy", "shop", "blue", "green")
    sleeps = {"build": ["sh", "-c", "sleep 60"]}
    shop.configure(environments={"blue": sleeps, "green": sleeps})
    shop.commit()
    with running(shop, "deploy", "shop", "blue", "green", "--json") as owner:
        assert until(lambda: sum("sleep 60" in words for words in shop.processes().values()) >= 2, 30)
        owner.signal(signal.SIGINT)
        code, ended = owner.end()
    assert (code, [one["status"] for one in ended]) == (130, ["cancelled", "cancelled"])
    assert shop.live_version("blue") == shop.live_version("green") == first
    assert not [words for words in shop.processes().values() if "sleep 60" in words]


def test_an_unknown_one_keeps_all_from_beginning(shop):
    two(shop)
    shop.commit()
    result = shop.run("deploy", "shop", "blue", "grene")
    assert result.exit_code == 2
    assert "did you mean green" in result.stderr
    assert not shop.database.exists()


def test_a_dry_run_shows_each_plan(shop):
    two(shop)
    sha = shop.commit()
    plans = shop.run("deploy", "shop", "blue", "green", "--dry-run", "--json").json
    assert [(one["environment"], one["target_version"]) for one in plans] == [("blue", sha), ("green", sha)]
    assert shop.releases("blue") == shop.releases("green") == []


def _until(path):
    return f"until [ -e {path} ]; do sleep 0.02; done"
