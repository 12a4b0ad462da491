from __future__ import annotations

import pytest

from fraisier.errors import StepFailed
from fraisier.hosts.steps.prepare_folder import refuse_foreign


@pytest.mark.parametrize(
    "names", [[], [".fraisier"], ["releases"], ["current", "releases", "notes.txt"], ["lost+found"]]
)
def test_empty_places_and_our_own_are_used(names):
    refuse_foreign(names, "/srv/shop", "web1")


def test_a_folder_of_somebody_else_is_named_with_what_it_holds():
    with pytest.raises(StepFailed, match=r"/srv/shop on web1 .* holds a, b, c, d, e, …") as failure:
        refuse_foreign(list("abcdef"), "/srv/shop", "web1")
    assert "another app_path" in failure.value.hint


def test_a_work_tree_is_used_in_place():
    refuse_foreign([".git", "app.py"], "/srv/shop", "web1")
    refuse_foreign(["moved", "fence.json"], "/srv/shop/.git/fraisier", "web1")
