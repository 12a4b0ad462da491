"""A lane under a storm of pushes: few deployments, each of the newest commit, and nothing that was accepted is lost."""

import time
from datetime import UTC, datetime
from itertools import pairwise

from tests.support import github
from tests.support.processes import until
from tests.support.shop import SECRET, WAITING

PUSHES, SECONDS, BUILD = 100, 10.0, 5


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def storm(shop, address, commits):
    """Push one commit after the other; when each became the tip (just before and just after), and every answer."""
    tips, answers, began = [], [], time.monotonic()
    for number, (before, sha) in enumerate(pairwise(commits)):
        time.sleep(max(0.0, began + number * SECONDS / PUSHES - time.monotonic()))
        asked = now()
        shop.repository.git("--git-dir", str(shop.repository.origin), "update-ref", "refs/heads/main", sha)
        tips.append((asked, now(), sha))
        payload = github.push(clone_url=str(shop.repository.origin), before=before, after=sha)
        answers.append(github.send(address, payload, secret=SECRET))
    return tips, answers, time.monotonic() - began


def newest_between(tips, start, end):
    """The commits that were the tip at some moment from `start` to `end`."""
    ends = [after for _, after, _ in tips[1:]] + ["9999"]
    return {sha for (asked, _, sha), gone in zip(tips, ends, strict=True) if asked <= end and gone >= start}


def test_a_hundred_pushes_in_ten_seconds(shop):
    shop.configure_webhook(build=["sh", "-c", f"sleep {BUILD}"])
    commits = [shop.repository.commit(push=False) for _ in range(PUSHES + 1)]
    shop.repository.git("push", "--quiet", "origin", "HEAD:refs/heads/storage")
    with shop.serving() as address:
        tips, answers, took = storm(shop, address, commits)
        assert {answer.status for answer in answers} == {202}
        assert len({answer.body["event"] for answer in answers}) == PUSHES
        assert until(lambda: not shop.rows(WAITING), 60)
        assert shop.live_version() == commits[-1]
    rows = shop.rows(
        "SELECT d.*, r.identifier AS request, r.started_at AS claimed_at FROM tb_deployment AS d"
        " JOIN tb_deployment_request AS r ON r.pk_deployment_request = d.fk_request ORDER BY d.pk_deployment"
    )
    assert {row["status"] for row in rows} == {"success"}
    assert len(rows) <= 2 + took / BUILD
    for row in rows:
        assert row["new_version"] in newest_between(tips, row["claimed_at"], row["started_at"]), row
    requests = shop.rows("SELECT * FROM tb_deployment_request ORDER BY fk_webhook_event")
    together = shop.rows("SELECT * FROM tb_webhook_superseded")
    assert len({row["fk_webhook_event"] for row in (*requests, *together)}) == PUSHES
    assert {row["status"] for row in requests} <= {"completed", "superseded"}
    assert (requests[-1]["git_commit"], requests[-1]["status"]) == (commits[-1], "completed")
    assert {row["request"] for row in rows} <= {
        row["identifier"] for row in requests if row["status"] == "completed"
    }
