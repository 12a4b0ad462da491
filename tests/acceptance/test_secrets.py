"""A secret reaches the service and is seen nowhere else."""

import pytest

SECRET = "s3cr3t-fe81c09a"


@pytest.mark.feature("SAFE-06", "CFG-03", "CFG-21")
def test_a_secret_in_the_environment_reaches_the_service_and_nothing_else(shop):
    shop.env["API_KEY"] = SECRET
    shop.configure(env_vars={"API_KEY": "${API_KEY}", "GREETING": "good morning"})
    loud = {"build.sh": '#!/bin/sh\necho "building with $API_KEY"\ncat label > built\n'}
    shop.commit(**loud)
    said = [
        shop.run("deploy", "shop", "production", "--verbose"),
        shop.run("deploy", "shop", "production", "--force", "--json"),
    ]
    environment = shop.about()["environment"]
    assert (environment["API_KEY"], environment["GREETING"]) == (SECRET, "good morning")
    shop.commit("bad-build", **{"build.sh": '#!/bin/sh\necho "no: $API_KEY" >&2; exit 1\n'})
    said += [
        shop.run(*words)
        for words in (
            ["deploy", "shop", "production", "--dry-run"],
            ["deploy", "shop", "production"],
            ["status", "shop", "production", "--json"],
            ["history", "--json"],
            ["logs", "dep_00001"],
            ["logs", "dep_00003"],
            ["config", "show"],
        )
    ]
    assert [result.output for result in said if SECRET in result.output] == []
    assert [name for name in shop.files_holding(SECRET) if not private_env_file(shop, name)] == []


def private_env_file(shop, name):
    """Only the service's own environment file holds it, below app_path, for its owner alone."""
    path = shop.root / name
    return path.is_relative_to(shop.app_path()) and path.stat().st_mode & 0o077 == 0


def test_a_secret_that_is_not_set_is_named_and_nothing_is_deployed(shop):
    shop.configure(env_vars={"API_KEY": "${API_KEY_THAT_NOBODY_SET}"})
    shop.commit()
    result = shop.run("deploy", "shop", "production", "--json")
    assert result.exit_code in {1, 2}
    assert "API_KEY_THAT_NOBODY_SET" in result.json["error"]["message"]
    assert shop.releases() == []


def test_a_short_value_is_not_masked_out_of_ordinary_text(shop):
    shop.env["FLAG"] = "a"
    shop.configure(env_vars={"FLAG": "${FLAG}"})
    shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0
    assert "Pre-flight checks passed" in result.output
