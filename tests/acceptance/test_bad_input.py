"""One clear message with what to do, the exit code, no traceback, nothing half done."""

import subprocess

import pytest

from tests.support.disk import tmpfs


def refused(shop, *arguments, exit_code, **options):
    """The answer's error, which is the same for people and for programs. Nothing was recorded."""
    told = shop.run(*arguments, **options)
    answer = shop.run(*arguments, "--json", **options)
    assert told.exit_code == answer.exit_code == exit_code, (told, answer)
    error = answer.json["error"]
    assert error["exit_code"] == exit_code
    assert error["message"].split("\n")[0] in told.stderr
    assert error["hint"], error
    assert not shop.database.exists() or shop.rows("SELECT * FROM tb_deployment") == []
    return error


@pytest.mark.feature("CLI-45")
def test_no_configuration_file(shop):
    shop.config.unlink()
    named = refused(shop, "deploy", "shop", "production", exit_code=2)
    assert str(shop.config) in named["message"]
    shop.env.pop("FRAISIER_CONFIG")
    searched = refused(shop, "deploy", "shop", "production", exit_code=2)
    said = searched["message"] + searched["hint"]
    places = [
        "/opt/fraisier/fraises.yaml",
        "/opt/fraisier/config/fraises.yaml",
        "./fraises.yaml",
        "./config/fraises.yaml",
    ]
    found = [said.find(place) for place in places]
    assert -1 not in found
    assert found == sorted(found)


def without_privileges(shop, *arguments):
    """Run as a root that may not ignore file modes: what an ordinary user meets."""
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    return subprocess.run(
        [*prefix, str(shop.fraisier), *arguments],
        env=shop.env,
        cwd=shop.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_configuration_file_that_may_not_be_read(shop):
    shop.config.chmod(0o000)
    done = without_privileges(shop, "deploy", "shop", "production")
    assert done.returncode == 2
    assert str(shop.config) in done.stderr
    assert "permission" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_place_that_may_not_be_written(shop):
    shop.commit()
    shop.app_path().mkdir(parents=True)
    shop.app_path().chmod(0o500)
    done = without_privileges(shop, "deploy", "shop", "production")
    shop.app_path().chmod(0o700)
    assert done.returncode in {1, 5}
    assert str(shop.app_path()) in done.stderr
    assert "Traceback" not in done.stderr
    assert list(shop.app_path().iterdir()) == []
    assert shop.about() is None


def test_a_database_that_may_not_be_written(shop):
    shop.commit()
    shop.database.parent.mkdir(parents=True)
    shop.database.parent.chmod(0o500)
    done = without_privileges(shop, "deploy", "shop", "production")
    shop.database.parent.chmod(0o700)
    assert done.returncode == 1
    assert str(shop.database) in done.stderr
    assert "FRAISIER_DB_PATH" in done.stderr
    assert "Traceback" not in done.stderr
    assert shop.releases() == []


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [(("shap", "production"), "shop"), (("shop", "prodution"), "production")],
)
def test_unknown_names_get_the_nearest(shop, arguments, nearest):
    shop.configure(environments={"staging": {}, "production": {}})
    for command in ("deploy", "rollback", "status"):
        error = refused(shop, command, *arguments, exit_code=2)
        wrong = next(word for word in arguments if word not in {"shop", "production"})
        assert wrong in error["message"]
        assert nearest in error["message"] + error["hint"]


def test_an_unreachable_repository(shop):
    missing = str(shop.root / "gone.git")
    shop.configure(git_repo=missing)
    answer = shop.run("deploy", "shop", "production", "--json")
    assert answer.exit_code == 5
    assert missing in answer.json["error"]["message"]
    assert answer.json["error"]["hint"]
    assert not shop.app_path().exists()


def test_a_repository_on_a_port_where_nobody_listens(shop):
    shop.configure(git_repo=f"http://127.0.0.1:{shop.port('nowhere')}/shop.git")
    answer = shop.run("deploy", "shop", "production", "--json")
    assert answer.exit_code == 5
    assert not shop.app_path().exists()


def test_a_branch_that_does_not_exist(shop):
    shop.commit()
    shop.configure(branch="mian")
    answer = shop.run("deploy", "shop", "production", "--json")
    assert answer.exit_code in {1, 2, 5}
    assert "mian" in answer.json["error"]["message"]
    assert shop.releases() == []


def test_a_commit_that_does_not_exist(shop):
    shop.commit()
    answer = shop.run("deploy", "shop", "production", "--commit", "deadbeef", "--json")
    assert answer.exit_code == 2
    assert "deadbeef" in answer.json["error"]["message"]
    assert shop.releases() == []


def test_a_disk_that_is_too_small_is_seen_before_anything_is_done(shop):
    shop.commit()
    with tmpfs(shop.app_path(), "size=3m"):
        answer = shop.deploy()
        assert answer["status"] == "failed"
        assert "MiB" in answer["error"]["message"]
        assert answer["error"]["hint"]
        assert shop.releases() == []


def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_version(shop):
    good = shop.commit()
    with tmpfs(shop.app_path(), "size=130m"):
        shop.deploy()
        shop.commit(**{"build.sh": "#!/bin/sh\nhead -c 200000000 /dev/zero > big"})
        answer = shop.deploy()
        assert answer["status"] == "failed"
        assert "No space left" in shop.run("logs", answer["deployment_id"]).stdout
        assert shop.live_version() == good
        assert len(shop.releases()) == 1
        shop.close()


def test_several_mistakes_in_the_file_are_told_at_once_with_their_places(shop):
    shop.config.write_text(
        "fraises:\n"
        "  shop:\n"
        "    type: api\n"
        "    environments:\n"
        "      production:\n"
        "        provider: bare_metal\n"
        "        brunch: main\n"
        "        keep_releases: many\n"
    )
    result = shop.run("config", "validate")
    assert result.exit_code == 2
    assert f"{shop.config}:7:9" in result.output
    assert "branch" in result.output
    assert f"{shop.config}:8:" in result.output
    assert shop.run("deploy", "shop", "production").exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["deploy"], ["deploy", "shop"], ["frobnicate"], ["--frob"], ["history", "--limit", "x"]]
)
def test_wrong_usage(shop, arguments):
    result = shop.run(*arguments)
    assert result.exit_code == 2
    assert result.stderr
