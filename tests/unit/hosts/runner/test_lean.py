"""What the host runner has instead of json and re says what they say."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraisier.hosts.runner.lean import dumps, is_name, loads

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(values)
def test_values_are_written_and_read_as_json_does(value):
    assert dumps(value) == json.dumps(value)
    assert loads(dumps(value)) == value
    assert loads(f" {json.dumps(value, ensure_ascii=False)}\n".encode()) == value


def test_half_a_character_survives():
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert loads(dumps(name)) == name


@given(st.text(alphabet='{}[]":,0e-.ntrufals \\'))
def test_what_json_refuses_is_a_value_error(text):
    try:
        value = json.loads(text)
    except ValueError:
        with pytest.raises(json.JSONDecodeError):
            loads(text)
    else:
        assert loads(text) == value


def test_what_is_cut_off_is_told_where_nobody_has_loaded_json_yet():
    ask = "from fraisier.hosts.runner.lean import loads\ntry: loads('{')\nexcept ValueError as error: print(error)"
    argv = [sys.executable, "-c", ask]
    assert "double quotes" in subprocess.run(argv, capture_output=True, check=True, text=True).stdout


def test_what_is_no_utf_8_is_a_value_error():
    with pytest.raises(ValueError, match="can't decode"):
        loads(b'"\xff"')


@given(st.text(alphabet="aZ09._-/ é²\n", max_size=6))
def test_a_name_is_what_the_pattern_says(text):
    assert is_name(text, "._-", 5) == bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,4}", text))
