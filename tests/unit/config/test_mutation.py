"""One mistake anywhere in a valid file is an error that names its line, or means nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fraisier.config.document import compose
from fraisier.config.node import Mapping, Node, Scalar, Sequence
from fraisier.config.problem import InvalidConfiguration, Problems
from fraisier.config.reader import read
from tests.support.documents import documents, plainly, written

EXAMPLE = yaml.safe_load((Path(__file__).parents[3] / "fraises.example.yaml").read_text(encoding="utf-8"))
Path_ = tuple[str | int, ...]

FREE = {"env_vars", "headers"}
NAMES_BELOW = {"fraises", "environments", "branch_mapping", "jobs"}
TEXTS = {
    "description",
    "name",
    "branch",
    "user",
    "host",
    "hosts",
    "ssh_user",
    "systemd_service",
    "build",
    "backup",
    "migrate",
    "down",
}
TEXTS |= {"command", "hooks", "pre_deployment", "post_deployment", "env_file", "webhook_secret", "query"}
TEXTS |= {"json", "header", "tool_command", "tool_config", "rebuild", "auto_deploy_branch"}
TEXTS |= {"json", "header", "password", "token", "file", "docker_image", "region"}
TEXTS |= {"script", "script_path", "systemd_timer", "restore_test", "restore", "sync"}
"""Keys whose values are the user's: another text has another meaning and is no mistake."""
WRONG = {
    "a mapping": {"surely_unknown": {"surely_unknown": 1}},
    "a list of lists": [[["surely unknown"]]],
    "nothing": None,
    "a broken reference": "${surely unknown",
    "a name that nobody knows": "surely_unknown",
    "no number": -1.5,
}
MISTAKES = [*WRONG, "_misspelt"]


def is_a_mistake(value: Any, path: Path_, mistake: str) -> bool:
    """Whether the user cannot have meant it."""
    above = path[-2] if len(path) > 1 else None
    if mistake == "_misspelt":
        return isinstance(path[-1], str) and above not in NAMES_BELOW
    if mistake == "nothing":
        return not isinstance(value, dict | list) and above not in NAMES_BELOW and path[-1] != "service"
    text = path[-1] == "service" or any(key in TEXTS for key in path[-3:] if isinstance(key, str))
    return not (text and mistake in {"a name that nobody knows", "no number", "a broken reference"})


def paths(document: Any, above: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """The way to every value that Fraisier reads."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        yield (*above, key), value
        if isinstance(value, dict | list) and key not in FREE:
            yield from paths(value, (*above, key))


def changed(document: Any, path: Path_, mistake: str) -> Any:
    """A copy in which one value is wrong, or one key is misspelt."""
    copy = dict(document) if isinstance(document, dict) else list(document)
    key, *rest = path
    if rest:
        copy[key] = changed(copy[key], tuple(rest), mistake)
    elif mistake in WRONG:
        copy[key] = WRONG[mistake]
    elif isinstance(copy, dict):
        return {(f"{name}{mistake}" if name == key else name): value for name, value in copy.items()}
    return copy


def lines_of(node: Node | None, path: Path_, mistake: str) -> tuple[int, int]:
    """The first and the last line of a mistake."""
    *above, last = path
    for key in above:
        node = child(node, key)[1]
    name = f"{last}{mistake}" if mistake not in WRONG and isinstance(node, Mapping) else last
    key_node, value = child(node, name)
    return min(key_node.line, value.line), last_line(value)


def child(node: Mapping | Sequence, key: str | int) -> tuple[Node, Node]:
    if isinstance(node, Mapping):
        return next((k, v) for k, v in node.entries if k.text == str(key))
    return node.items[key], node.items[key]


def last_line(node: Node) -> int:
    match node:
        case Scalar():
            return node.line
        case Sequence():
            return max([node.line, *(last_line(item) for item in node.items)])
        case Mapping():
            return max([node.line, *(last_line(value) for _, value in node.entries)])


def judge(document: Any, path: Path_, mistake: str) -> None:
    text = written(changed(document, path, mistake))
    first, last = lines_of(compose(text, Problems("f")), path, mistake)
    try:
        found = read(text, "f")
    except InvalidConfiguration as error:
        lines = [problem.line for problem in error.errors]
        assert any(line is not None and first <= line <= last for line in lines), (lines, first, last, text)
    else:
        meant = read(written(document), "f")
        assert msgspec.structs.replace(found, variables=meant.variables) == meant


@pytest.mark.parametrize(
    "path", [path for path, _ in paths(EXAMPLE)], ids=lambda path: ".".join(map(str, path))
)
def test_every_mistake_in_the_example(path):
    value = dict(paths(EXAMPLE))[path]
    for mistake in MISTAKES:
        if is_a_mistake(value, path, mistake):
            judge(EXAMPLE, path, mistake)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_mistake_in_any_file(data):
    document = plainly(data.draw(documents()))
    path, value = data.draw(st.sampled_from(list(paths(document))))
    mistake = data.draw(
        st.sampled_from([one for one in MISTAKES if is_a_mistake(value, path, one)] or ["a mapping"])
    )
    judge(document, path, mistake)
