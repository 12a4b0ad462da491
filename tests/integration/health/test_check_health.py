"""The step `check_health` against a real service under a real supervisord."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import msgspec
import pytest

from fraisier.config.health_check import HealthCheck, Version
from fraisier.errors import HealthCheckError
from fraisier.health.check_health import Params
from fraisier.hosts import layout
from fraisier.hosts.service_manager import service_manager
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.step import Position, Seen, Skip, Step, params_of, registered
from tests.support import ports, processes

QUICK = {"timeout": 2.0, "retries": 3, "retry_delay": 0.2}
STRANGER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
CRASHING = """
import http.server, os, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        threading.Timer(0, os._exit, [1]).start()
    def log_message(self, *args): pass
class Server(http.server.HTTPServer):
    allow_reuse_address = True
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


async def judge(lane, *checks, way="apply", **params):
    """The step as the engine calls it: its parameters through JSON, its kind by its name."""
    whole = Params(
        checks=checks,
        service=params.pop("service", lane.service),
        release_path=params.pop("release_path", layout.release_path(lane.app_path, "1-aaaaaaa")),
        **params,
    )
    plain = json.loads(msgspec.json.encode(msgspec.to_builtins(whole)))
    step = Step(kind="check_health", title="health", params=plain, position=Position.AFTER)
    return await getattr(registered(step).kind, way)(lane.site, params_of(step))


def check(lane, path="/health", **settings):
    return HealthCheck(url=f"http://127.0.0.1:{lane.port}{path}", **QUICK | settings)


async def live(lane, mode="well", name="1-aaaaaaa", **options):
    await lane.release(name, mode, **options)
    await lane.switch(name, None)


@contextmanager
def somebody_else(lane):
    """Holds the service's port and answers everything with 200."""
    other = subprocess.Popen([sys.executable, "-c", STRANGER, str(lane.port)])
    try:
        assert processes.until(lane.listens)
        yield other
    finally:
        other.kill()
        other.wait()


async def test_a_service_that_is_well_passes(lane):
    await live(lane)
    assert await judge(lane, check(lane)) is None
    assert await judge(lane, check(lane), way="check") is Seen.DONE
    assert lane.site.said == []


async def test_a_service_that_needs_a_while_is_asked_again(lane):
    await live(lane, "slow")
    assert await judge(lane, check(lane, retries=20)) is None


async def test_failures_within_the_start_period_do_not_count(lane):
    await live(lane, "slow")
    assert await judge(lane, check(lane, retries=0, start_period=10.0)) is None


async def test_a_sick_service_fails_with_what_was_tried_and_what_to_do(lane):
    await live(lane, "sick")
    with pytest.raises(HealthCheckError) as caught:
        await judge(lane, check(lane, retries=2))
    url = f"http://127.0.0.1:{lane.port}/health"
    assert caught.value.message.startswith(f"{url} is not well: 3 attempts in ")
    assert 'the last one: status 500 instead of 200: {"label": "1-aaaaaaa"' in caught.value.message
    assert f"curl -i {url}" in caught.value.hint
    assert await judge(lane, check(lane), way="check") is Seen.NOT_DONE


async def test_the_first_wait_and_the_number_of_attempts(lane):
    await live(lane, "sick")
    began = time.monotonic()
    with pytest.raises(HealthCheckError, match="1 attempt in"):
        await judge(lane, check(lane, retries=0, initial_delay=0.5))
    assert time.monotonic() - began >= 0.5


async def test_a_service_that_died_fails(lane):
    await live(lane)
    await service_manager("supervisor").stop(lane.host, lane.service)
    with pytest.raises(HealthCheckError, match=r"connection refused.*; the service has no living process"):
        await judge(lane, check(lane, retries=1))


async def test_an_old_process_that_holds_the_port_does_not_pass(lane):
    await lane.release("1-aaaaaaa", "patient")
    supervisor = service_manager("supervisor")
    await supervisor.install(lane.host, lane.service, layout.unit_path(lane.app_path, "1-aaaaaaa"))
    with somebody_else(lane) as other:
        await supervisor.start(lane.host, lane.service)
        with pytest.raises(HealthCheckError) as caught:
            await judge(lane, check(lane))
        assert f"port {lane.port} is answered by pid {other.pid} ({sys.executable} -c" in caught.value.message
        assert "not by the service" in caught.value.message
        assert await judge(lane, check(lane), way="check") is Seen.NOT_DONE
    assert await judge(lane, check(lane)) is None


async def test_the_release_that_runs_must_be_the_one_meant(lane):
    await live(lane)
    meant = layout.release_path(lane.app_path, "2-bbbbbbb")
    with pytest.raises(HealthCheckError, match="runs release 1-aaaaaaa, not 2-bbbbbbb"):
        await judge(lane, check(lane, retries=0), release_path=meant)


async def test_a_crash_loop_that_answers_in_between_does_not_pass(lane):
    lane.build("1-aaaaaaa")
    (lane.folder("1-aaaaaaa") / "app.py").write_text(CRASHING)
    await lane.step("stage_release", **lane.staged("1-aaaaaaa"))
    await lane.switch("1-aaaaaaa", None)
    with pytest.raises(HealthCheckError, match="is not well"):
        await judge(lane, check(lane), check(lane), check(lane))


async def test_all_checks_of_a_list_must_pass(lane):
    await live(lane)
    assert await judge(lane, check(lane, "/one"), check(lane, "/two")) is None
    with pytest.raises(
        HealthCheckError, match=r"/two is not well: 1 attempt in .*, the last one: status 200"
    ):
        await judge(lane, check(lane, "/one"), check(lane, "/two", expected_status=204, retries=0))


async def test_disabled_is_skipped_never_passed(lane):
    assert await judge(lane, check(lane, enabled=False)) == Skip("health check disabled")


async def test_one_disabled_among_others_is_said(lane):
    await live(lane)
    assert await judge(lane, check(lane, "/off", enabled=False), check(lane)) is None
    assert lane.site.said == [f"health check http://127.0.0.1:{lane.port}/off: skipped, it is disabled"]


async def test_without_a_check_the_process_must_stay_up(lane):
    await live(lane)
    began = time.monotonic()
    assert await judge(lane) is None
    assert time.monotonic() - began >= 2.0
    assert lane.site.said == ["no health check is configured: the process must stay up for 2 s"]
    assert await judge(lane, way="check") is Seen.DONE


async def test_without_a_check_a_process_that_does_not_stay_up_fails(lane):
    await live(lane)
    pid = (await lane.processes())[0]
    asyncio.get_running_loop().call_later(0.3, os.kill, pid, signal.SIGKILL)
    with pytest.raises(HealthCheckError, match="did not stay up"):
        await judge(lane, settle=1.5)


async def test_without_a_check_and_without_a_service_nothing_is_judged(lane):
    assert isinstance(await judge(lane, service=None), Skip)


async def test_an_unknown_identity_is_said_aloud(lane):
    await live(lane)
    assert await judge(lane, check(lane), service=None) is None
    assert lane.site.said == ["identity: not verified (it is not known which process serves)"]
    lane.site.said.clear()
    nowhere = msgspec.structs.replace(lane.service, port=ports.free_port())
    assert await judge(lane, check(lane), service=nowhere) is None
    assert lane.site.said == [f"identity: not verified (who listens on port {nowhere.port} cannot be seen)"]


async def test_the_port_of_the_address_identifies_where_the_service_names_none(lane):
    await live(lane)
    portless = msgspec.structs.replace(lane.service, port=None)
    assert await judge(lane, check(lane), service=portless) is None
    assert lane.site.said == []


async def test_a_secret_in_the_address_is_not_shown(lane):
    await live(lane, "sick")
    lane.site.references["HEALTH_URL"] = f"http://127.0.0.1:{lane.port}/?token=s3cr3t"
    with pytest.raises(HealthCheckError) as caught:
        await judge(lane, HealthCheck(url="${HEALTH_URL}", retries=0))
    assert "${HEALTH_URL} is not well" in caught.value.message
    assert "s3cr3t" not in caught.value.message + caught.value.hint


async def test_undoing_does_nothing(lane):
    assert await judge(lane, check(lane), way="undo") is None


def command(*argv, **settings):
    return HealthCheck(type="command", command=argv, **QUICK | settings)


async def test_a_command_runs_in_the_release_with_its_environment(lane):
    await live(lane, GREETING="s3cr3t-hello")
    script = '[ "$GREETING" = s3cr3t-hello ] && [ "$(cat label)" = 1-aaaaaaa ]'
    assert await judge(lane, command("sh", "-c", script)) is None
    with pytest.raises(HealthCheckError) as caught:
        await judge(lane, command("sh", "-c", "echo no: $GREETING; exit 3", retries=1))
    assert "2 attempts in" in caught.value.message
    assert "the last one: exit code 3 instead of 0: no: ***" in caught.value.message


async def test_a_command_that_takes_too_long_is_ended(lane):
    await live(lane)
    with pytest.raises(HealthCheckError, match=r"not done within 0\.3 s"):
        await judge(lane, command("sleep", "60", timeout=0.3, retries=0))
    assert "sleep 60" not in str(processes.belonging_to(lane.app_path))


async def test_an_expected_exit_code_and_a_program_that_is_not_there(lane):
    await live(lane)
    assert await judge(lane, command("sh", "-c", "exit 7", expected_exit_code=7)) is None
    with pytest.raises(HealthCheckError, match="exit code 127"):
        await judge(lane, command("no-such-program", retries=0))


async def test_the_version_that_answers_must_be_the_deployed_one(lane):
    await live(lane)
    deployed = Commit(sha="1" * 40, tag="1-aaaaaaa")
    named = check(lane, version=Version(json="label"), retries=20)
    assert await judge(lane, named, commit=deployed) is None
    other, named = Commit(sha="2" * 40), msgspec.structs.replace(named, retries=0)
    with pytest.raises(HealthCheckError, match="JSON label says version 1-aaaaaaa, not 2222222"):
        await judge(lane, named, commit=other)
    with pytest.raises(HealthCheckError, match="its header X-Version names no version"):
        await judge(lane, check(lane, version=Version(header="X-Version"), retries=0), commit=other)


async def test_the_hint_names_the_fraise_and_the_environment(lane):
    await live(lane, "sick")
    with pytest.raises(HealthCheckError) as caught:
        await judge(lane, check(lane, retries=0), identity=Identity("shop", "production"))
    assert caught.value.hint.endswith("What the service printed: `fraisier logs shop production`.")
