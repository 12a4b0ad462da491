"""When to ask again."""

import pytest

from fraisier.config.health_check import HealthCheck
from fraisier.health.schedule import SHORTEST_PAUSE, Tries


def attempts(check, seconds_each):
    """How many attempts a check that always fails gets, when each one lasts this long."""
    tries, elapsed = Tries(), 0.0
    while True:
        elapsed += seconds_each
        tries = tries.one_more(check, elapsed)
        if (pause := tries.pause(check)) is None:
            return tries.made
        elapsed += pause


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_retries_count_after_the_first_attempt(retries):
    assert attempts(HealthCheck(retries=retries), 0.1) == 1 + retries


def test_failures_within_the_start_period_do_not_count():
    check = HealthCheck(retries=1, retry_delay=1.0, start_period=10.0)
    assert attempts(check, 1.0) == 5 + 2


def test_no_delay_is_still_a_pause():
    assert Tries().pause(HealthCheck(retry_delay=0)) == SHORTEST_PAUSE


@pytest.mark.parametrize(("made", "shown"), [(1, "1 attempt"), (6, "6 attempts")])
def test_people_read_how_many(made, shown):
    assert str(Tries(made=made)) == shown
