"""Ids that others give are taken only when they are harmless."""

import pytest

from fraisier.server.request_id import request_id


@pytest.mark.parametrize("given", ["abc-123", "a.b:c_d", "x" * 128])
def test_a_harmless_id_is_kept(given):
    assert request_id(given) == given


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "<b>", "x" * 129, "é"])
def test_any_other_is_replaced_by_one_of_ours(given):
    made = request_id(given)
    assert made != given
    assert len(made) == 32
    assert made != request_id(given)
