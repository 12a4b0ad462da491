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


@pytest.mark.feature("SAFE-11")
@pytest.mark.parametrize("place", ["secrets.env", "config/secrets.env"])
def test_secrets_env_beside_the_configuration(shop, place):
    file = shop.root / place
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"# keys\nAPI_KEY='{SECRET}'\nOTHER=never asked for\n")
    shop.configure(env_vars={"API_KEY": "${API_KEY}"}, hooks={"pre_deployment": "echo key=$API_KEY"})
    shop.commit()
    said = shop.run("deploy", "shop", "production", "--verbose").output + shop.run("logs", "dep_00001").output
    assert "key=***" in said
    assert SECRET not in said
    environment = shop.about()["environment"]
    assert environment["API_KEY"] == SECRET
    assert "OTHER" not in environment
    assert [name for name in shop.files_holding(SECRET) if not private_env_file(shop, name)] == [place]
    shop.env["API_KEY"] = "from the environment"
    shop.deploy("production", "--force")
    assert shop.about()["environment"]["API_KEY"] == "from the environment"


def test_env_files_and_who_wins(shop):
    (shop.root / "base.env").write_text(f"TOKEN={SECRET}\nREGION=eu\nNAME=base\nPORT=1\n")
    (shop.root / "more.env").write_text('export REGION="us"\nGREETING=\'a "b" $c\'\n')
    shop.configure(env_file=["base.env", "more.env"], env_vars={"NAME": "env_vars"})
    shop.commit(**{"build.sh": '#!/bin/sh\necho "building with $TOKEN in $REGION"\ncat label > built\n'})
    said = shop.run("deploy", "shop", "production", "--verbose").output + shop.run("logs", "dep_00001").output
    environment = shop.about()["environment"]
    wanted = {
        "TOKEN": SECRET,
        "REGION": "us",
        "NAME": "env_vars",
        "GREETING": 'a "b" $c',
        "PORT": str(shop.port()),
    }
    assert {name: environment[name] for name in wanted} == wanted
    assert "building with *** in us" in said
    assert SECRET not in said
    names = shop.files_holding(SECRET)
    assert [name for name in names if not private_env_file(shop, name)] == ["base.env"]
    (shop.root / "base.env").write_text("TOKEN=rotated-9931\n")
    again = shop.run("deploy", "shop", "production", "--force")
    assert again.exit_code == 0
    assert shop.about()["environment"]["TOKEN"] == "rotated-9931"


@pytest.mark.parametrize("text", [None, "TOKEN=$HOME\n"])
def test_an_env_file_that_cannot_be_read_stops_before_anything_runs(shop, text):
    good = shop.commit()
    shop.deploy()
    shop.configure(env_file="app.env")
    if text:
        (shop.root / "app.env").write_text(text)
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert f"{shop.root}/app.env" in answer["error"]["message"]
    assert shop.live_version() == good
