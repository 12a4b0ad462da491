"""Whatever stands in the file: it is valid, or its errors are named. Nothing else ever happens."""

import contextlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fraisier.config.problem import InvalidConfiguration
from fraisier.config.reader import read

TEXT = (Path(__file__).parents[3] / "fraises.example.yaml").read_text(encoding="utf-8")
LINES = TEXT.splitlines()
VALUES = [
    "",
    "[]",
    "{}",
    "5",
    "-1",
    "~",
    "[x]",
    "[[x]]",
    "[{a: b}]",
    "{a: b}",
    "true",
    "''",
    "*a",
    "&a x",
    "!!python/name:x y",
]
VALUES += [
    "${A}",
    "${",
    "/health",
    "{path: /x}",
    "[{path: /x}, 5]",
    "2024-01-01",
    "{<<: 5}",
    "{~: x}",
    "'\\0'",
    '"\\0"',
    "|",
]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.sampled_from(VALUES))
def test_any_value_in_any_place(number, value):
    key, colon, _ = LINES[number].partition(":")
    changed = [*LINES[:number], f"{key}{colon} {value}", *LINES[number + 1 :]]
    with contextlib.suppress(InvalidConfiguration):
        read("\n".join(changed), "f")


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(TEXT)),
    st.integers(0, 60),
    st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?, \n\t${}<=é\x00", max_size=6),
)
def test_any_damage(start, length, inserted):
    with contextlib.suppress(InvalidConfiguration):
        read(TEXT[:start] + inserted + TEXT[start + length :], "f")


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text(text):
    with contextlib.suppress(InvalidConfiguration):
        read(text, "f")
