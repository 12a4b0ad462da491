"""Which backups go: never the newest good ones, whatever the clock says."""

import pytest

from fraisier.hosts.backups import DAY, Backup, doomed, parsed


def made(*ages):
    """`3` is a good one of three days, `-3` one that is not known to be good."""
    return [Backup(name=f"b{abs(days)}", age=abs(days) * DAY, good=days > 0) for days in ages]


@pytest.mark.parametrize(
    ("ages", "days", "keep", "gone"),
    [
        ((1, 2, 3), None, 1, []),
        ((1, 2, 3), 7, 1, []),
        ((1, 8, 9), 7, 1, ["b9", "b8"]),
        ((1, 8, 9), 7, 2, ["b9"]),
        ((30,), 7, 1, []),
        ((30, 40), 7, 1, ["b40"]),
        ((-1, 30), 7, 1, []),
        ((-1, -30), 7, 1, []),
        ((-1, -30, 40), 7, 1, ["b30"]),
        ((1, -8, 9), 7, 1, ["b9", "b8"]),
        ((3650, 3651, 3652), 7, 2, ["b3652"]),
        ((30,), 7, 0, []),
    ],
)
def test_which_go(ages, days, keep, gone):
    assert doomed(made(*ages), days=days, keep=keep) == gone


def test_what_lies_there_is_read_newest_first_and_a_seal_makes_it_good():
    lines = [
        "1000",
        "100.5\told.sql",
        "900.25\tnew one.sql",
        "901\tnew one.sql.sha256",
        "950\thalf.sha256.new",
    ]
    assert parsed("\n".join(lines)) == [
        Backup(name="new one.sql", age=99.75, good=True),
        Backup(name="old.sql", age=899.5, good=False),
    ]


def test_an_empty_folder_has_none():
    assert parsed("1000\n") == []
    assert parsed("") == []
