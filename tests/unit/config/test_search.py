from pathlib import Path

import pytest

from fraisier.config import FraisierConfig
from fraisier.config.problem import InvalidConfiguration
from fraisier.config.search import PLACES, find
from fraisier.errors import ConfigurationError


def write(path: Path, text: str = "fraises: {}\n") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRAISIER_CONFIG", raising=False)
    return tmp_path


def test_the_documented_order():
    assert PLACES == (
        "/opt/fraisier/fraises.yaml",
        "/opt/fraisier/config/fraises.yaml",
        "./fraises.yaml",
        "./config/fraises.yaml",
    )


def test_the_first_place_wins_with_a_warning(here):
    first, second, third = (write(here / name / "fraises.yaml") for name in "abc")
    path, warnings = find(None, (str(here / "none"), first, second, third))
    assert path == first
    assert [second in warnings[0], third in warnings[1], len(warnings)] == [True, True, 2]


def test_one_file_under_two_names_is_no_reason_to_warn(here):
    first = write(here / "fraises.yaml")
    (here / "link.yaml").symlink_to(first)
    assert find(None, (first, str(here / "link.yaml"))) == (first, [])


def test_the_current_folder(here):
    write(here / "config/fraises.yaml")
    assert FraisierConfig().path == "./config/fraises.yaml"
    write(here / "fraises.yaml")
    config = FraisierConfig()
    assert config.path == "./fraises.yaml"
    assert config.warnings == ["./fraises.yaml is used; ./config/fraises.yaml exists too and is ignored."]


def test_the_environment_comes_before_the_places_and_an_argument_before_all(here, monkeypatch):
    write(here / "fraises.yaml")
    monkeypatch.setenv("FRAISIER_CONFIG", write(here / "named.yaml"))
    assert FraisierConfig().path == str(here / "named.yaml")
    assert FraisierConfig(here / "fraises.yaml").path == str(here / "fraises.yaml")


def test_an_empty_variable_says_nothing(here, monkeypatch):
    write(here / "fraises.yaml")
    monkeypatch.setenv("FRAISIER_CONFIG", "")
    assert FraisierConfig().path == "./fraises.yaml"


def test_no_file_lists_the_places_in_order():
    with pytest.raises(ConfigurationError) as caught:
        FraisierConfig()
    assert caught.value.exit_code == 2
    order = [caught.value.message.index(place) for place in ("-c", "FRAISIER_CONFIG", *PLACES)]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe", ":1:1  is not UTF-8: byte 0xff"),
        (b"a: b\nc: \xe9\n", ":2:4  is not UTF-8: byte 0xe9"),
        (b"", "  is empty; it needs at least `fraises:`"),
        (b"# nothing\n", "  is empty; it needs at least `fraises:`"),
        (b"- a\n", ":1:1  must be a mapping of keys to values"),
        (b"text\n", ":1:1  must be a mapping of keys to values"),
        (b"x" * (8 * 1024 * 1024 + 1), "  is larger than 8 MiB"),
    ],
)
def test_a_file_that_cannot_be_used(here, content, expected):
    file = here / "bad.yaml"
    file.write_bytes(content)
    with pytest.raises(InvalidConfiguration) as caught:
        FraisierConfig(file)
    assert str(caught.value) == f"{file}{expected}"


def test_a_byte_order_mark_is_no_character(here):
    (here / "fraises.yaml").write_bytes(b"\xef\xbb\xbffraises: {}\n")
    assert FraisierConfig().fraises == {}


def test_no_such_file(here):
    with pytest.raises(InvalidConfiguration, match="there is no such file") as caught:
        FraisierConfig(here / "none.yaml")
    assert "-c" in caught.value.hint


def test_a_folder(here):
    with pytest.raises(InvalidConfiguration, match="is a folder, not a file"):
        FraisierConfig(here)


def test_a_file_that_may_not_be_read(here, monkeypatch):
    file = Path(write(here / "closed.yaml"))
    file.chmod(0)
    try:
        file.read_text()
    except PermissionError:
        pass
    else:
        file = Path("/proc/1/mem")  # root reads any file, but not this one's beginning
    with pytest.raises(InvalidConfiguration, match="cannot be read"):
        FraisierConfig(file)
