from __future__ import annotations

import pytest

from fraisier.hosts.live import judged
from fraisier.model.step import Seen


@pytest.mark.parametrize(
    ("works_in", "seen"),
    [
        ([], Seen.NOT_DONE),
        (["2-b"], Seen.DONE),
        (["2-b", None], Seen.DONE),
        (["1-a"], Seen.NOT_DONE),
        (["2-b", "1-a"], Seen.NOT_DONE),
        ([None], Seen.CANNOT_TELL),
    ],
)
def test_where_processes_work_says_which_release_runs(works_in, seen):
    assert judged(works_in, "2-b") is seen
