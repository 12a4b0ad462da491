from __future__ import annotations

import msgspec
import pytest

from fraisier.errors import DeploymentError
from fraisier.hosts import layout
from fraisier.model.commit import Commit
from fraisier.model.release import Release


def test_paths_of_a_release():
    assert layout.release_path("/srv/shop", "1-abc") == "/srv/shop/releases/1-abc"
    assert layout.manifest_path("/srv/shop/", "1-abc") == "/srv/shop/releases/1-abc.json"
    assert layout.env_path("/srv/shop", "1-abc") == "/srv/shop/releases/1-abc.env"
    assert layout.unit_path("/srv/shop", "1-abc") == "/srv/shop/releases/1-abc.unit"
    assert layout.current_path("/srv/shop") == "/srv/shop/current"
    assert layout.current_target("1-abc") == "releases/1-abc"


@pytest.mark.parametrize("name", ["../etc", "", ".", "a/b", "-rf", "a\nb", "$(x)"])
def test_nothing_else_becomes_part_of_a_path(name):
    with pytest.raises(DeploymentError):
        layout.release_path("/srv/shop", name)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("releases/1-a", "1-a"),
        ("/srv/shop/releases/1-a/", "1-a"),
        ("1-a", None),
        ("old/1-a", None),
        (None, None),
        ("", None),
    ],
)
def test_what_a_current_link_means(target, name):
    assert layout.name_in(target) == name


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/r/releases/1-a", "1-a"),
        ("/r/releases/1-a/sub/releases/2-b", "1-a"),
        ("/r/releases/1-a (deleted)", "1-a"),
        ("/r/releases", None),
        ("/r/releases-old/1-a", None),
        ("/", None),
        (None, None),
    ],
)
def test_the_release_a_folder_lies_in(folder, name):
    assert layout.release_of(folder, "/r/releases") == name


def test_names_sort_by_their_numbers():
    assert sorted(["10-a", "9-b", "100-c"], key=layout.age) == ["9-b", "10-a", "100-c"]


class Files:
    """A host that holds these files and links."""

    name = "web1"

    def __init__(self, files, links=()):
        self.files, self.links = files, dict(links)

    async def list_folder(self, path):
        names = {
            file.removeprefix(path + "/").split("/")[0] for file in self.files if file.startswith(path + "/")
        }
        return sorted(names) or None

    async def read_text(self, path):
        return self.files.get(path)

    async def read_link(self, path):
        return self.links.get(path)


def manifest(name):
    return msgspec.json.encode(Release(name=name, commit=Commit(sha="a" * 40))).decode()


async def test_finished_releases_oldest_first_and_the_live_one():
    lying = {f"/a/releases/{name}.json": manifest(name) for name in ("10-b", "9-a", "11-gone")}
    lying |= {f"/a/releases/{name}/app.py": "" for name in ("10-b", "9-a", "12-unfinished")}
    releases, live = await layout.read_releases(Files(lying, {"/a/current": "releases/9-a"}), "/a")
    assert [release.name for release in releases] == ["9-a", "10-b"]
    assert live is not None
    assert live.name == "9-a"


async def test_an_empty_place_has_no_releases():
    assert await layout.read_releases(Files({}), "/a") == ((), None)


async def test_a_link_to_nothing_known_is_an_error_and_not_an_empty_place():
    with pytest.raises(DeploymentError, match="points to releases/1-a"):
        await layout.read_releases(Files({}, {"/a/current": "releases/1-a"}), "/a")


async def test_a_broken_manifest_is_named():
    lying = {"/a/releases/1-a.json": "{", "/a/releases/1-a/app.py": ""}
    with pytest.raises(DeploymentError, match=r"/a/releases/1-a\.json on web1"):
        await layout.read_releases(Files(lying), "/a")
