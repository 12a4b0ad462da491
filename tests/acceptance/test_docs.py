"""A reader who types what the pages show gets what they say."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from scripts.console import ROOT, Typed, pages, script
from tests.hosts.engine import IMAGE
from tests.support.ports import free_port
from tests.support.repository import NOBODY

TOLD = {page: list(script(page.read_text(encoding="utf-8"))) for page in pages()}
WITH_DOCKER = {"deploy-with-docker-compose.md"}
TYPED = [page for page, steps in TOLD.items() if any(isinstance(step, Typed) for step in steps)]


class Reader:
    """Follows one page, in a shell whose folder carries over. /srv and the port are the reader's own."""

    def __init__(self, shop, inside=()):
        self.shop = shop
        self.inside = inside
        self.port = free_port()
        self.folder = shop.root / "reader"
        self.folder.mkdir()
        self.env = {**os.environ, **shop.env, **NOBODY}
        del self.env["FRAISIER_CONFIG"]

    def own(self, text):
        return text.replace("/srv/", f"{self.shop.root}/srv/").replace("8123", str(self.port))

    def type(self, step):
        done = subprocess.run(
            [
                *self.inside,
                "bash",
                "-c",
                self.own(step.command) + '\nstatus=$?; pwd > "$WHERE"; exit $status',
            ],
            cwd=self.folder,
            env={**self.env, "WHERE": str(self.shop.root / "where")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, (step.command, done.stdout, done.stderr)
        self.folder = Path((self.shop.root / "where").read_text().strip())
        printed = done.stdout + done.stderr
        for line in step.expected:
            pattern = re.escape(self.own(line).strip()).replace("…", ".+")
            assert re.search(pattern, printed), (step.command, line, printed)


@pytest.fixture
def docker(engine, shop):
    """An engine with an image that no registry was asked for; no container of the reader's stays."""
    engine.settings(shop.home)
    engine.docker("tag", IMAGE, "busybox:1.37")
    before = set(engine.docker("ps", "--all", "--quiet").split())
    yield engine
    if made := set(engine.docker("ps", "--all", "--quiet").split()) - before:
        engine.docker("rm", "--force", *made)


@pytest.mark.feature("ETC-19")
@pytest.mark.parametrize("page", TYPED, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_shows_works(shop, page, request):
    shop.commit()
    if page.name in WITH_DOCKER:
        reader = Reader(shop, request.getfixturevalue("docker").inside)
    else:
        reader = Reader(shop)
    (shop.root / "srv" / "git").mkdir(parents=True)
    shop.repository.origin.rename(shop.root / "srv" / "git" / "my_api.git")
    for step in TOLD[page]:
        if isinstance(step, Typed):
            reader.type(step)
        else:
            (reader.folder / step.name).write_text(reader.own(step.text), encoding="utf-8")


def test_the_pages_that_teach_are_among_those_that_are_followed():
    names = {page.name for page in TYPED}
    assert {"README.md", "deploy-your-first-service.md"} <= names
