from __future__ import annotations

import pytest

from fraisier.hosts.steps.prune_releases import doomed


def finished(*names):
    return [entry for name in names for entry in (name, f"{name}.json", f"{name}.env", f"{name}.unit")]


@pytest.mark.parametrize(
    ("entries", "keep", "stay", "gone"),
    [
        (finished("9-a", "10-b", "11-c"), 2, set(), ["9-a"]),
        (finished("9-a", "10-b", "11-c"), 1, {"9-a"}, ["10-b"]),
        (finished("9-a"), 0, set(), ["9-a"]),
        (finished("9-a"), 5, set(), []),
        ([*finished("9-a"), "10-unfinished", "10-unfinished.env"], 5, set(), ["10-unfinished"]),
        ([*finished("9-a"), "10-unfinished"], 5, {"10-unfinished"}, []),
        (["9-a.json", "9-a.env"], 5, set(), ["9-a"]),
        (["9-a.env.new.77"], 5, set(), ["9-a.env.new.77"]),
        ([], 0, set(), []),
    ],
)
def test_who_goes(entries, keep, stay, gone):
    assert doomed(entries, keep=keep, stay=stay) == gone
