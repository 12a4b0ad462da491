"""The file says exactly what was answered, whatever that was."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraisier.config.reader import read
from fraisier.scaffold.application import Answers, Application
from fraisier.scaffold.render import ignore, render

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"), min_size=1
)
WORDS = TEXT.filter(
    lambda word: (
        word.strip() and not {"&&", "||", "|", ";", "&", ">", "<", ">>", "2>&1"} & {word} and "${" not in word
    )
)
NAMES = st.from_regex(r"[A-Za-z0-9_.]{1,20}", fullmatch=True)


@given(
    name=NAMES,
    environment=NAMES,
    command=st.lists(WORDS, min_size=1, max_size=4),
    build=st.none() | st.lists(WORDS, min_size=1, max_size=4),
    port=st.integers(1, 65535),
    branch=st.sampled_from(["main", "1.10", "on", "no", "feature/x", "véga", "a#b", "null"]),
)
def test_the_file_is_read_as_it_was_meant(name, environment, command, build, port, branch):
    answers = Answers(
        name=name,
        environment=environment,
        git_repo="git@github.com:acme/api.git",
        branch=branch,
        app_path="/srv/a b: #c",
        application=Application(command=tuple(command), build=tuple(build) if build else None, port=port),
    )
    found = read(render(answers), "fraises.yaml").fraises[name].environments[environment]
    assert found.service.command == tuple(command)
    assert found.build == (tuple(build) if build else None)
    assert (found.branch, found.app_path, found.service.port) == (branch, "/srv/a b: #c", port)
    assert found.git_repo == "git@github.com:acme/api.git"
    assert shlex.join(found.service.command) == shlex.join(command)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ".env\n.env.local\n"),
        ("node_modules", "node_modules\n.env\n.env.local\n"),
        (".env\n", ".env\n.env.local\n"),
        ("/.env\n/.env.local\n", "/.env\n/.env.local\n"),
        (".env*\n", ".env*\n"),
        (".env.*\n", ".env.*\n.env\n"),
    ],
)
def test_secrets_are_left_out_of_the_repository(before, after):
    assert ignore(before) == after
    assert ignore(after) == after
