"""kill -9 of the server under load: what was answered 202 is deployed, or superseded by something newer, once.

`make chaos-serve` kills it twenty times, `make test` three; FRAISIER_KILLS and FRAISIER_SEED say it otherwise.
"""

import os
import random
import subprocess
import threading
import time
import urllib.error
import uuid

import pytest

from tests.support import github
from tests.support.ports import free_port
from tests.support.processes import until
from tests.support.shop import SECRET, WAITING, Shop, answers

KILLS = int(os.environ.get("FRAISIER_KILLS", "3"))
SEED = os.environ.get("FRAISIER_SEED") or uuid.uuid4().hex[:8]
PAUSE = 0.15


class Front:
    """One server after the other at one address; each dies without a word."""

    def __init__(self, shop):
        self.shop = shop
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        with (self.shop.root / "serve.log").open("ab") as out:
            self.process = subprocess.Popen(
                [str(self.shop.fraisier), "serve", "--port", str(self.port)],
                env=self.shop.env, cwd=self.shop.root, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        assert until(lambda: answers(f"{self.address}/health"), 60), self.log()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log(self):
        return (self.shop.root / "serve.log").read_text()


class Forge(threading.Thread):
    """Pushes one commit after the other. A delivery without an answer is sent again, as a forge does."""

    def __init__(self, shop, front, commits):
        super().__init__()
        self.shop, self.front, self.commits = shop, front, commits
        self.accepted = []
        self.over = threading.Event()

    def run(self):
        before = "0" * 40
        for commit in self.commits:
            if self.over.wait(PAUSE):
                return
            move(self.shop, commit)
            self.deliver(before, commit)
            before = commit

    def deliver(self, before, commit):
        delivery = str(uuid.uuid4())
        payload = github.push(clone_url=str(self.shop.repository.origin), before=before, after=commit)
        while not self.over.is_set():
            try:
                answer = github.send(
                    self.front.address, payload, secret=SECRET, **{"X-GitHub-Delivery": delivery}
                )
            except (OSError, urllib.error.URLError, ValueError):
                time.sleep(PAUSE)
                continue
            assert answer.status in {200, 202}, answer
            self.accepted.append((delivery, commit))
            return


@pytest.fixture
def shop(tmp_path, short_folder):
    made = Shop(tmp_path, short_folder)
    try:
        yield made
    finally:
        made.close()


def move(shop, commit):
    shop.repository.git("--git-dir", str(shop.repository.origin), "update-ref", "refs/heads/main", commit)


@pytest.mark.feature("HOOK-02", "HOOK-14")
@pytest.mark.timeout(900)
def test_nothing_that_was_accepted_is_lost(shop):
    dice = random.Random(SEED)
    shop.env["FRAISIER_LEASE_SECONDS"] = "2"
    shop.configure_webhook(build=["sh", "-c", "sleep 0.3"], hold_on_failure=False)
    commits = [shop.repository.commit(push=False) for _ in range(40 + 10 * KILLS)]
    shop.repository.git("push", "--quiet", "origin", "HEAD:refs/heads/storage")
    front = Front(shop)
    front.start()
    forge = Forge(shop, front, commits[:-1])
    forge.start()
    try:
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.1, 2.5))
            front.kill()
            front.start()
        forge.over.set()
        forge.join()
        move(shop, commits[-1])
        forge.over.clear()
        forge.deliver(forge.accepted[-1][1], commits[-1])
        assert until(lambda: not shop.rows(WAITING), 120), (SEED, front.log())
    finally:
        forge.over.set()
        forge.join()
        front.process.terminate()
        front.process.wait(30)
    ended(shop, forge.accepted, commits)


def ended(shop, accepted, commits):
    """Each delivery has its row, and a request or a newer one's; each request an end, and at most one deployment. One
    whose server died in the middle of its deployment may have gone back; the newest is live in any case.
    """
    assert shop.live_version() == commits[-1], SEED
    assert shop.rows("SELECT 1 FROM tb_deployment_lock") == []
    events = {row["delivery_id"]: row for row in shop.rows("SELECT * FROM tb_webhook_event")}
    requests = {row["fk_webhook_event"]: row for row in shop.rows("SELECT * FROM tb_deployment_request")}
    together = {row["fk_webhook_event"]: row for row in shop.rows("SELECT * FROM tb_webhook_superseded")}
    assert len(accepted) > 1, SEED
    assert requests.keys().isdisjoint(together), SEED
    assert len(requests) + len(together) == len(events), SEED
    newer = {row["pk_deployment_request"]: event for event, row in requests.items()}
    assert all(newer[row["superseded_by"]] > event for event, row in together.items()), SEED
    assert len(events) - len(accepted) in {0, 1}, SEED  # the forge may have stopped before it got an answer
    for delivery, commit in accepted:
        event = events[delivery]["pk_webhook_event"]
        if event in together:
            continue
        request = requests[event]
        assert request["git_commit"] == commit
        interrupted = (
            "SELECT 1 FROM tb_recovery AS c JOIN tb_deployment AS d ON d.pk_deployment = c.fk_deployment"
        )
        died = shop.rows(f"{interrupted} WHERE d.fk_request = ?", request["pk_deployment_request"])
        ends = {"completed", "superseded", "failed"} if died else {"completed", "superseded"}
        assert request["status"] in ends, (SEED, dict(request))
    deployed = [row["fk_request"] for row in shop.rows("SELECT fk_request FROM tb_deployment")]
    assert len(deployed) == len(set(deployed)), SEED
    good = "SELECT new_version FROM tb_deployment WHERE status = 'success' ORDER BY pk_deployment"
    order = [commits.index(row["new_version"]) for row in shop.rows(good)]
    assert order == sorted(set(order)), SEED
