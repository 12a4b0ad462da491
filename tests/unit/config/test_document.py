"""Nothing in a YAML file runs, explodes, or kills the process."""

from pathlib import Path

import pytest

from fraisier.config import FraisierConfig
from fraisier.config.document import compose
from fraisier.config.node import Mapping, Scalar, Sequence
from fraisier.config.problem import InvalidConfiguration, Problems


def text_of(node):
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [text_of(item) for item in node.items]
        case Mapping():
            return {key.text: text_of(value) for key, value in node.entries}


def composed(text):
    problems = Problems("f")
    node = compose(text, problems)
    problems.raise_if_any()
    return text_of(node)


def refused(text):
    with pytest.raises(InvalidConfiguration) as caught:
        composed(text)
    return str(caught.value)


def test_values_stay_as_they_are_written():
    assert composed("{a: 1.10, b: on, c: 010, d: 2024-01-01}") == {
        "a": "1.10",
        "b": "on",
        "c": "010",
        "d": "2024-01-01",
    }


def test_every_value_knows_its_place():
    node = compose("a:\n  - x\n  - {b: y}\n", Problems("f"))
    second = node.entries[0][1].items[1].entries[0][1]
    assert (second.text, second.line, second.column) == ("y", 3, 9)


def test_aliases_and_merge_keys_are_followed():
    text = "base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: {<<: [*b, {z: 4}]}\n"
    assert composed(text)["one"] == {"y": "3", "x": "1"}
    assert composed(text)["two"] == {"x": "1", "y": "2", "z": "4"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", "f:1:5  is not YAML: mapping values are not allowed in this context"),
        ("a: 'b\n", "f:2:1  is not YAML: found unexpected end of stream while scanning a quoted scalar"),
        ("a:\n\t- b", "f:2:1  is not YAML: found character that cannot start any token"),
        ("a: {b: ${C}}", 'inside {…} write references in quotes: "${VAR}"'),
        ("a: 1\n---\nb: 2", "f:2:1  a second document begins here"),
        ("a: 1\nb: 2\na: 3", "f:3:1  a  the key 'a' is already given on line 1"),
        ("a: {x: 1,\n x: 2}", "f:2:2  x  the key 'x' is already given on line 1"),
        ("a: *b", "f:1:4  there is no anchor &b before this alias"),
        ("a: &x [*x]", "f:1:8  the alias *x stands inside what it repeats"),
        ("a: 1\n<<: 5", "f:2:5  << can only merge mappings"),
        ("[a]: 1", "f:1:1  a key must be text"),
        ("a: 1\nb: \x01", "f:2:4  holds the character U+0001, which YAML does not allow"),
        ("[" * 200 + "]" * 200, "is nested more than 32 levels deep"),
        ("[" * 200_000, "is nested more than 32 levels deep"),
        ("- " * 200_000, "is nested more than 32 levels deep"),
    ],
)
def test_what_is_refused(text, expected):
    assert expected in refused(text)


def test_a_bomb_of_aliases_is_refused_at_once():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    assert "values once its aliases are followed" in refused(bomb)


@pytest.mark.feature("CFG-29")
def test_a_python_tag_is_refused_and_nothing_runs(tmp_path: Path):
    ran = tmp_path / "ran"
    file = tmp_path / "fraises.yaml"
    file.write_text(f"fraises:\n  shop: !!python/object/apply:os.system ['touch {ran}']\n")
    with pytest.raises(InvalidConfiguration) as caught:
        FraisierConfig(file)
    tag = "the tag !!python/object/apply:os.system is refused: nothing in fraises.yaml is executed"
    assert str(caught.value) == f"{file}:2:9  {tag}"
    assert not ran.exists()


def test_all_tags_are_named_at_once():
    assert refused("a: !!python/name:os.system x\nb: !mine {c: 1}\n").count("is refused") == 2


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n...\n"])
def test_an_empty_file_is_nothing(text):
    node = compose(text, Problems("f"))
    assert node is None or node.type == "null"
