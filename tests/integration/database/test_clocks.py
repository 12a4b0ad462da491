"""A wall clock that is an hour off changes what people read, never what comes first."""

import pytest

HOUR = 3600


@pytest.fixture(params=[HOUR, -HOUR])
def jump(request):
    return request.param


def deployed(lanes, version, fraise="shop", **more):
    return lanes.complete(lanes.started(fraise, new_version=version, **more), current_version=version)


def test_the_newest_is_what_came_last(lanes, jump):
    """`rollback` goes by `successes`, `status` by the last deployment, `history` and pruning by both."""
    lane = {"fraise": "shop", "environment": "production"}
    for version in ("v1", "v2", "v3"):
        deployed(lanes, version)
        lanes.clock.now += jump
    newest_first = ["v3", "v2", "v1"]
    assert [row["new_version"] for row in lanes.rows("successes", **lane)] == newest_first
    assert [row["version"] for row in lanes.rows("known_versions", **lane)] == newest_first
    assert [row["new_version"] for row in lanes.rows("recent_deployments")] == newest_first
    assert lanes.row("last_deployment", **lane)["new_version"] == "v3"
    assert lanes.row("state", **lane)["last_deployment_id"] == "dep_00003"
    pruned = lanes.rows("prunable_deployments", before="9999-01-01T00:00:00.000000Z")
    assert [row["new_version"] for row in pruned] == ["v1"]


def test_what_died_first_is_taken_over_first(lanes, jump):
    for fraise in ("first", "second"):
        lanes.started(fraise)
        lanes.clock.now += jump
    lanes.clock.up += 31
    assert [lanes.take_over()["fraise"] for _ in range(2)] == ["first", "second"]


def test_the_lane_that_waited_longest_is_served_next(lanes, jump):
    for fraise in ("a", "b"):
        deployed(lanes, "v1", fraise)
        lanes.clock.now += jump
    lanes.ask("b", "webhook")
    lanes.ask("a", "webhook")
    assert [lanes.claim()["fraise"] for _ in range(2)] == ["a", "b"]


def test_tokens_grow(lanes, jump):
    tokens = []
    for _ in range(3):
        tokens.append(lanes.started()["token"])
        lanes.clock.pass_seconds(31)
        taken = lanes.take_over()
        tokens.append(taken["token"])
        lanes.complete(taken)
        lanes.clock.now += jump
    assert tokens == sorted(set(tokens))
