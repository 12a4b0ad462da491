"""Visitors count only what they saw."""

from collections import Counter

import pytest

from fraisier.demo.visitors import Visitors


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (
            {"no answer": 3, "v2": 20, "v1": 10, "v3 (error 500)": 1},
            "34 visits. Answered by v1: 10, v2: 20, v3 (error 500): 1; no answer while versions changed places: 3.",
        ),
        ({"v1": 2}, "2 visits. Answered by v1: 2."),
        ({}, "0 visits."),
    ],
)
def test_summary(seen, told):
    assert Visitors(port=1, seen=Counter(seen)).summary() == told
