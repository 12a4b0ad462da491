"""A stranger cannot fill the database."""

from fraisier.server.allowance import Allowance


def test_so_many_in_so_long_and_then_again():
    allowance = Allowance(most=2, seconds=10)
    assert [allowance.grant(now) for now in (0, 1, 2, 9.9, 10, 10.5, 11)] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip
