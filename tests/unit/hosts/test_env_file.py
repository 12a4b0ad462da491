from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraisier.errors import ConfigurationError
from fraisier.hosts import env_file
from fraisier.hosts.launch import parse_env

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
values = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.dictionaries(names, values))
def test_what_is_written_is_read(env):
    assert parse_env(env_file.render(env)) == env


def test_quoting_is_what_systemd_and_sh_undo():
    assert env_file.render({"B": 'a"b\\c$d`e', "A": "x\ny"}) == 'A="x\ny"\nB="a\\"b\\\\c\\$d\\`e"\n'


@pytest.mark.parametrize("text", ["A=1\n", 'A="1', "; rm -rf /\n", 'A="1" B="2"\n', 'A="1"'])
def test_other_texts_are_refused_with_their_line(text):
    with pytest.raises(ValueError, match="line 2"):
        parse_env('OK="1"\n' + text)


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "A=B", "é", "A\n"])
def test_names_no_process_can_get_are_refused(name):
    with pytest.raises(ConfigurationError, match="environment variable"):
        env_file.render({name: "x"})


@pytest.mark.parametrize("value", ["a\0b", "\udcff"])
def test_values_no_process_can_get_are_refused_without_showing_them(value):
    with pytest.raises(ConfigurationError, match="TOKEN") as error:
        env_file.render({"TOKEN": f"hush{value}"})
    assert "hush" not in str(error.value)


def test_digests_tell_what_changed_and_not_what_it_was():
    before = env_file.digests("salt", {"A": "1", "B": "hush", "GONE": "x"})
    after = env_file.digests("salt", {"A": "1", "B": "other", "NEW": "x"})
    assert env_file.changed(before, after) == ["B", "GONE", "NEW"]
    assert "hush" not in "".join(before.values())
    assert env_file.digests("other salt", {"A": "1"})["A"] != before["A"]
    assert env_file.digests("s", {"A": "x"})["A"] != env_file.digests("s", {"B": "x"})["B"]
