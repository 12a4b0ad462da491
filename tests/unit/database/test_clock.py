import re
import time

from fraisier.database.clock import SystemClock, bindings


class At:
    def wall(self):
        return 1_700_000_000.000001

    def boot_time(self):
        return 12.5

    def boot_id(self):
        return "boot"


def test_every_statement_knows_the_time_in_three_ways():
    assert bindings(At()) == {
        "now": "2023-11-14T22:13:20.000001Z",
        "epoch_ms": 1_700_000_000_000,
        "boot_time": 12.5,
        "boot_id": "boot",
    }


def test_the_clocks_of_this_machine():
    clock = SystemClock()
    assert abs(clock.wall() - time.time()) < 5
    assert clock.boot_time() <= clock.boot_time()
    assert re.fullmatch(r"[0-9a-f-]{36}", clock.boot_id())
