"""A stranger cannot fill the database."""

import pytest

from fraisier.server import allowance
from fraisier.server.allowance import Allowance, Buckets


def test_so_many_in_so_long_and_then_again():
    allowance = Allowance(most=2, seconds=10)
    assert [allowance.grant(now) for now in (0, 1, 2, 9.9, 10, 10.5, 11)] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip


def test_a_hook_may_send_so_many_a_minute_and_has_its_own_count():
    buckets = Buckets()
    assert [buckets.wait("a", 2, now) for now in (0, 0)] == [0, 0]
    assert buckets.wait("a", 2, 0) == 30
    assert buckets.wait("b", 2, 0) == 0
    assert buckets.wait("a", 2, 29) == pytest.approx(1)
    assert [buckets.wait("a", 2, now) for now in (30, 60, 60.5)] == [0, 0, pytest.approx(29.5)]
    assert [buckets.wait("a", 2, 10_000) for _ in range(3)] == [0, 0, 30]


def test_only_so_many_hooks_are_remembered(monkeypatch):
    monkeypatch.setattr(allowance, "HOOKS", 2)
    buckets = Buckets()
    for hook in "abc":
        assert buckets.wait(hook, 1, 0) == 0
    assert (buckets.wait("c", 1, 0), buckets.wait("a", 1, 0)) == (60, 0)
