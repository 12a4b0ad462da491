"""Whatever branches, tags, repositories, fraises, environments and values say, they are names and values."""

import uuid
from pathlib import Path

import pytest

from tests.acceptance.targets.kinds import TARGETS, opened

CORPUS = {
    "substitution": "$(touch$IFS{trap})`touch$IFS{trap}`$((1))$HOME$$",
    "separators": "x;touch$IFS{trap};x|touch$IFS{trap}&touch$IFS{trap}&&touch$IFS{trap}#x",
    "quotes": "x';touch$IFS{trap};'x\";touch$IFS{trap};\"x!x",
    "options": "--upload-pack=touch$IFS{trap}$IFS--exec=touch$IFS{trap}",
    "formats": "x>{trap}<{trap}%h%n%%s{{{{.Id}}}}$PATH",
}
"""None of them has a blank, so that Git takes it in a branch; where blanks are allowed, they come in too."""
WORDS = {"ssh": CORPUS, "compose": CORPUS, "ssh+compose": ["substitution"]}
"""What is tried where: both at once take the ways of each of them."""
CASES = [
    pytest.param(one, CORPUS[word], id=f"{one.name}-{word}", marks=one.marks)
    for one in TARGETS
    for word in WORDS.get(one.name, [])
]


@pytest.fixture
def shop(request, tmp_path, short_folder):
    with opened(request.param, request, tmp_path, short_folder) as made:
        yield made


class Names:
    """Every kind of name and value that people or forges choose, all of them hostile."""

    def __init__(self, word):
        self.trap = f"pwned-{uuid.uuid4().hex}"
        ref = word.format(trap=self.trap)
        text = ref.replace("$IFS", " ")
        self.branch, self.tag = f"b/{ref}", f"t/{ref}"
        self.repository = f"o {text}.git"
        self.fraise, self.environment = f"f {text}", f"e {text}"
        self.file = f"file {text}".replace("/", "-")
        self.value = f"{text}\n{ref}\\ '\"--project-name=x"

    def sprung(self, shop):
        """Where a command that one of them holds would have left its file."""
        places = [shop.root, Path.cwd(), Path.home(), Path("/"), Path("/tmp")]
        found = [
            path
            for place in places
            for path in (place / self.trap, place / f"{self.trap}.git")
            if path.exists()
        ]
        found += [path for path in shop.root.rglob(f"{self.trap}*") if path.name == self.trap]
        for host in getattr(shop, "hosts", []):
            found += host.ask("find", "/", "-xdev", "-name", self.trap).split()
        for container in getattr(shop, "containers", list)():
            found += shop.engine.docker(
                "exec", container["Id"], "find", "/", "-xdev", "-name", self.trap
            ).split()
        return found


def named(shop, names):
    """The shop with all of these names, deployed from the hostile repository."""
    hostile = shop.repository.origin.with_name(names.repository)
    shop.repository.origin.rename(hostile)
    shop.repository.git("remote", "set-url", "origin", str(hostile))
    shop.repository.branch(names.branch)
    written = shop.environment(
        git_repo=str(hostile),
        branch=names.branch,
        env_vars={"EVIL": names.value},
        hooks={"post_deployment": [["printf", "%s", names.fraise]]},
    )
    shop.write_config(
        {"fraises": {names.fraise: {"type": "api", "environments": {names.environment: written}}}}
    )


def value_in_the_service(shop):
    if hasattr(shop, "containers"):
        [one] = shop.containers()
        return dict(line.split("=", 1) for line in one["Config"]["Env"])["EVIL"]
    return shop.about()["environment"]["EVIL"]


@pytest.mark.parametrize(("shop", "word"), CASES, indirect=["shop"])
def test_names_and_values_are_inert(shop, word):
    names = Names(word)
    named(shop, names)
    shop.commit(**{names.file: names.value})
    shop.repository.git("commit", "--quiet", "--amend", "--message", names.value)
    shop.repository.labels["v1"] = sha = shop.repository.git("rev-parse", "HEAD")
    shop.repository.push(force=True)
    shop.repository.tag(names.tag)
    answer = shop.deploy(names.environment, "--commit", names.tag, fraise=names.fraise)
    assert answer["status"] == "success", answer
    assert (shop.live_version(), value_in_the_service(shop)) == (sha, names.value)
    for command in ("status", "logs"):
        done = shop.run(command, names.fraise, names.environment)
        assert done.exit_code == 0, (command, done.output)
    assert names.sprung(shop) == []
