"""The documented Python API: what the documents show, run as a program of its own would run it."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from tests.support import processes
from tests.support.shop import Shop


def python(shop: Shop, program: str, *, timeout: float = 60) -> Any:
    """Run a program beside the shop; the value of the JSON in its last line."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=shop.env,
        cwd=shop.root,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


DEPLOY = """
    import json
    from fraisier.config import FraisierConfig
    from fraisier.deployers import APIDeployer, BaseDeployer, ETLDeployer, ScheduledDeployer

    config = FraisierConfig("fraises.yaml")
    fraise_config = config.get_fraise_environment("shop", "production")
    fraise_type = fraise_config.type
    deployer: BaseDeployer = {
        "api": APIDeployer,
        "etl": ETLDeployer,
        "scheduled": ScheduledDeployer,
    }[fraise_type](fraise_config)
    needed = deployer.is_deployment_needed()
    result = deployer.execute()
    print(json.dumps([needed, result.success, result.error_message, result.status, result.new_version]))
"""
LOOK = """
    import json
    from fraisier.config import FraisierConfig
    from fraisier.deployers import APIDeployer

    deployer = APIDeployer(FraisierConfig().get_fraise_environment("shop", "production"))
    print(json.dumps([deployer.get_current_version(), deployer.get_latest_version(),
                      deployer.is_deployment_needed(), deployer.health_check()]))
"""


@pytest.mark.feature("DEP-01", "DEP-30", "ETC-13")
def test_a_program_deploys_looks_and_rolls_back(shop: Shop):
    v1 = shop.commit()
    assert python(shop, LOOK) == [None, v1, True, False]
    assert python(shop, DEPLOY) == [True, True, None, "success", v1]
    assert shop.live_version() == v1
    assert python(shop, LOOK) == [v1, v1, False, True]
    assert python(shop, DEPLOY) == [False, True, None, "up_to_date", v1]
    v2 = shop.commit()
    assert python(shop, LOOK) == [v1, v2, True, True]
    shop.deploy()
    back = LOOK + "    print(json.dumps(deployer.rollback().new_version))\n"
    assert python(shop, back) == shop.live_version() == v1
    to = LOOK + f"    print(json.dumps(deployer.rollback(to_version='{v2[:10]}').success))\n"
    assert python(shop, to) is True
    assert shop.live_version() == v2
    asked = shop.rows("SELECT trigger_type, requested_by FROM tb_deployment_request ORDER BY 1 LIMIT 1")
    assert asked == [{"trigger_type": "api", "requested_by": "ada"}]


@pytest.mark.feature("DEP-29")
def test_a_failing_command_is_a_result(shop: Shop):
    shop.configure(build="sh -c 'echo no such compiler; exit 3'")
    shop.commit()
    _, success, message, status, _ = python(shop, DEPLOY)
    assert (success, status) == (False, "failed")
    assert "exit code 3" in message
    assert "no such compiler" in message


@pytest.mark.feature("DEP-29")
def test_a_sick_version_is_a_result_and_the_old_one_runs(shop: Shop):
    v1 = shop.commit()
    shop.deploy()
    shop.commit("sick")
    _, success, message, status, _ = python(shop, DEPLOY)
    assert (success, status, shop.live_version()) == (False, "rolled_back", v1)
    assert "not well" in message


def test_a_repository_that_does_not_answer_is_a_result(shop: Shop):
    shop.configure(git_repo=str(shop.root / "nothing.git"))
    program = DEPLOY.replace("deployer.is_deployment_needed()", "None")
    _, success, message, _, _ = python(shop, program)
    assert success is False
    assert "nothing.git" in message


@pytest.mark.feature("DEP-30")
def test_the_keys_may_come_as_a_mapping(shop: Shop):
    v1 = shop.commit()
    keys = {"fraise": "shop", "environment": "production", **shop.environment()}
    program = f"""
        import json
        from fraisier.deployers import APIDeployer
        print(json.dumps(APIDeployer({keys!r}).execute().new_version))
    """
    assert python(shop, program) == shop.live_version() == v1
    assert shop.deploy()["status"] == "up_to_date"


def test_a_program_with_an_event_loop_may_deploy(shop: Shop):
    v1 = shop.commit()
    program = """
        import asyncio, json
        from fraisier.config import FraisierConfig
        from fraisier.deployers import APIDeployer

        async def main():
            environment = FraisierConfig().get_fraise_environment("shop", "production")
            return APIDeployer(environment).execute().new_version

        print(json.dumps(asyncio.run(main())))
    """
    assert python(shop, program) == v1


MINE = """
from pathlib import Path
from fraisier.deployers import APIDeployer

class Announcing(APIDeployer):
    def steps(self):
        return [*super().steps(), self.announce]

    def announce(self):
        Path("announced").write_text(self.version)
"""


@pytest.mark.feature("TYP-07")
def test_a_deployer_of_a_program_s_own(shop: Shop):
    v1 = shop.commit()
    (shop.root / "mine.py").write_text(MINE)
    program = """
        import json
        from fraisier.config import FraisierConfig
        from mine import Announcing
        deployer = Announcing(FraisierConfig().get_fraise_environment("shop", "production"))
        print(json.dumps([deployer.execute().success, deployer.health_check()]))
    """
    assert python(shop, program) == [True, True]
    assert shop.live_version() == (shop.root / "announced").read_text() == v1


def test_an_observer_that_is_quicker_runs_the_same_deployer(shop: Shop):
    v1 = shop.commit()
    (shop.root / "mine.py").write_text(MINE)
    shop.env["PYTHONPATH"] = str(shop.root)
    program = """
        import asyncio, json
        from fraisier.config import FraisierConfig
        from fraisier.database import Database
        from fraisier.model.report import Silent
        from fraisier.observer.asking import Asking
        from fraisier.observer.desk import Desk
        from fraisier.observer.python_desk import One
        from mine import Announcing
        mine = Announcing(FraisierConfig().get_fraise_environment("shop", "production")).config
        asking = Asking(by="ada", wait=False)
        asked = Desk(One(mine), Database()).deploy(mine.identity, asking=asking, progress=Silent())
        print(json.dumps(asyncio.run(asked).status))
    """
    with shop.serving():
        assert python(shop, program) == "pending"
        assert processes.until((shop.root / "announced").exists, 30)
        assert processes.until(lambda: shop.statuses()[:1] == ["success"], 30)
    assert shop.live_version() == (shop.root / "announced").read_text() == v1


@pytest.mark.feature("DEP-30", "TYP-02", "TYP-03")
@pytest.mark.parametrize("type_", ["etl", "scheduled", "backup"])
def test_the_documented_deployers_of_jobs_work_from_python(shop, type_):
    name = {"etl": "ETLDeployer", "scheduled": "ScheduledDeployer", "backup": "BackupDeployer"}[type_]
    job = {"script": "sh -c 'cat label >> ran'", "schedule": "0 2 * * *"}
    keys = {"script": job["script"]} if type_ == "etl" else {"jobs": {"daily": job}}
    environment = shop.environment(service=None, health_check=None, **keys)
    shop.write_config({"fraises": {"shop": {"type": type_, "environments": {"production": environment}}}})
    sha = shop.commit()
    told = python(
        shop,
        f"""
        import json
        from fraisier.config import FraisierConfig
        from fraisier.deployers import {name}

        deployer = {name}(FraisierConfig("fraises.yaml").get_fraise_environment("shop", "production"))
        before = deployer.is_deployment_needed()
        result = deployer.execute()
        answer = [before, result.status, deployer.get_current_version(), deployer.health_check()]
        print(json.dumps(answer))
        """,
    )
    assert told == [True, "success", sha, True]
    ran = shop.app_path() / "current" / "ran"
    assert ran.exists() == (type_ == "etl")


@pytest.mark.feature("ETC-12")
def test_the_errors_of_the_documents():
    from fraisier.errors import DeploymentError, FraiseQLError, HealthCheckError, RollbackError

    assert issubclass(HealthCheckError, DeploymentError)
    assert issubclass(RollbackError, DeploymentError)
    assert issubclass(DeploymentError, FraiseQLError)
    assert issubclass(FraiseQLError, Exception)


@pytest.mark.feature("ETC-13")
def test_the_configuration_of_the_documents(shop: Shop):
    shop.configure_webhook()
    program = """
        import json
        from fraisier.config import FraisierConfig

        config = FraisierConfig("fraises.yaml")
        fraise = config.get_fraise("shop")
        mapped = config.get_fraise_for_branch("main")
        print(json.dumps([fraise.name, list(fraise.environments), mapped.environment, config.get_fraise_for_branch("x")]))
    """
    assert python(shop, program) == ["shop", ["production"], "production", None]


@pytest.mark.feature("GIT-11")
def test_a_forge_of_one_s_own():
    from fraisier.git import GitProvider, WebhookEvent, get_provider, register_provider

    class MyGitProvider(GitProvider):
        name = "mygit"

        def verify_webhook_signature(self, payload: bytes, headers: dict) -> bool:
            return headers.get("X-My-Signature") == "good"

        def parse_webhook_event(self, headers: dict, payload: dict) -> WebhookEvent:
            return WebhookEvent(
                provider="mygit", event_type="push", branch=payload["branch"], commit_sha=payload["commit"]
            )

    register_provider(MyGitProvider)
    provider: GitProvider = get_provider("mygit", {})
    assert provider.verify_webhook_signature(b"{}", {"X-My-Signature": "good"})
    event = provider.parse_webhook_event({}, {"branch": "main", "commit": "abc123"})
    assert (event.branch, event.commit_sha, event.pushes_branch) == ("main", "abc123", True)


@pytest.mark.feature("DB-24")
def test_the_database_of_the_documents(shop: Shop):
    shop.commit()
    shop.deploy()
    program = """
        import json
        from fraisier.database import Database

        db = Database()
        stats = db.get_deployment_stats()
        history = db.get_recent_deployments()
        print(json.dumps([stats["total"], history[0]["fraise"], history[0]["status"], db.get_recent_webhooks()]))
    """
    assert python(shop, program) == [1, "shop", "success", []]
