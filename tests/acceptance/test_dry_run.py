"""A dry run prints the plan and changes nothing."""

import pytest


@pytest.mark.feature("CLI-06")
@pytest.mark.parametrize("deployed", [False, True])
def test_a_dry_run_changes_nothing_and_prints_the_plan(shop, deployed):
    first = shop.commit(price="10 EUR")
    if deployed:
        shop.deploy()
    second = shop.commit(price="12 EUR")
    tree, dump, processes = shop.tree(), shop.dump(), shop.processes()
    result = shop.run("deploy", "shop", "production", "--dry-run")
    assert result.exit_code == 0
    assert shop.tree() == tree
    assert shop.dump() == dump
    assert shop.processes() == processes
    assert second[:7] in result.stdout
    assert "bare_metal" in result.stdout.replace("-", "_")
    assert "build.sh" in result.stdout
    if deployed:
        assert first[:7] in result.stdout
        assert "v2: ok" in result.stdout
        assert "price | 2 +-" in result.stdout


def test_the_plan_as_json_has_the_steps_that_then_run(shop):
    shop.commit()
    planned = shop.run("deploy", "shop", "production", "--dry-run", "--json").json
    done = shop.deploy()
    assert planned["schema"] == 1
    assert [step["name"] for step in planned["steps"]] == [step["name"] for step in done["steps"]]


def test_a_dry_run_of_what_is_live_says_so(shop):
    shop.commit()
    shop.deploy()
    result = shop.run("deploy", "shop", "production", "--dry-run")
    assert result.exit_code == 0
    assert "up to date" in result.stdout.lower()


def test_the_plan_shows_no_secret_that_stands_in_the_file(shop):
    check = {"type": "database", "connection_string": "postgresql://ada:s3cr3t-one@db/shop", "enabled": False}
    shop.configure(
        health_check=[check],
        env_vars={"API_TOKEN": "s3cr3t-two", "PLAIN": "hello", "KEY": "${KEY:-s3cr3t-three}"},
    )
    shop.commit()
    result = shop.run("deploy", "shop", "production", "--dry-run", "--json")
    assert result.exit_code == 0, result
    assert "s3cr3t" not in result.output
    assert '"PLAIN": "hello"' in result.stdout
