from __future__ import annotations

import pytest

from fraisier.errors import DeploymentError
from fraisier.git.export import ExportRelease, export
from fraisier.git.fetch import FetchCommit
from fraisier.model.step import Step, params_of

SHA = "a" * 40
EXPORT = {"mirror": "/m.git", "commit": SHA, "app_path": "/srv/app/", "release": "12-aaaaaaa"}


def test_good_parameters():
    params = params_of(Step(kind="export_release", title="", params=EXPORT))
    assert isinstance(params, ExportRelease)
    assert export(params).argv[3:] == ("fraisier-export", "/m.git", SHA, "/srv/app/releases", "12-aaaaaaa")
    fetch = params_of(
        Step(kind="fetch_commit", title="", params={"repository": "${X}", "mirror": "/m", "commit": SHA})
    )
    assert isinstance(fetch, FetchCommit)


@pytest.mark.parametrize(
    "bad",
    [
        {"release": "../x"},
        {"release": ".."},
        {"release": "-rf"},
        {"release": "a\n"},
        {"commit": "main"},
        {"commit": SHA + "\n"},
        {"commit": "--output=/x"},
        {"mirror": "relative"},
        {"app_path": ""},
    ],
)
def test_parameters_that_could_mean_something_else(bad):
    with pytest.raises(DeploymentError):
        params_of(Step(kind="export_release", title="", params={**EXPORT, **bad}))
