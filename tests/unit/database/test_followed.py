"""What webhooks that are stored together come to."""

import json

from fraisier.database.followed import followed
from fraisier.errors import DatabaseError


def stored(number, **more):
    return {
        "pk_webhook_event": number, "provider": "github", "outcome": "accepted", "duplicate": 0,
    } | more  # fmt: skip


def wanted(environment, commit):
    return {"fraise": "shop", "environment": environment, "git_commit": commit}


def what(answers, requests):
    return {name: json.loads(text) for name, text in followed(answers, requests).items()}


def test_the_newest_of_each_lane_asks_in_place_of_the_others():
    told = what(
        [stored(1), stored(2), stored(3)],
        [
            [wanted("production", "a")],
            [wanted("staging", "b"), wanted("production", "b")],
            [wanted("production", "c")],
        ],
    )
    assert told["asked"] == [
        {**wanted("staging", "b"), "job": "", "webhook": 2, "instead_of": []},
        {**wanted("production", "c"), "job": "", "webhook": 3, "instead_of": [1, 2]},
    ]


def test_jobs_are_lanes_of_their_own():
    told = what([stored(1)], [[wanted("production", "a"), {**wanted("production", "a"), "job": "nightly"}]])
    assert [one["job"] for one in told["asked"]] == ["", "nightly"]


def test_repeats_and_what_failed_count_for_nothing():
    answers = [stored(1), stored(1, duplicate=1), DatabaseError("no"), None, stored(2, outcome="ignored")]
    told = what(
        answers, [[wanted("production", "a")], [wanted("production", "b")], [wanted("staging", "c")], [], []]
    )
    assert told["counted"] == [["accepted", "github", 1], ["ignored", "github", 1]]
    assert [one["git_commit"] for one in told["asked"]] == ["a"]
