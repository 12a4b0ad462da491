from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraisier.hosts.runner.files import TAIL, masked_tail, read_json, without_half, write_file


def test_the_last_64_kib_are_kept():
    assert masked_tail(b"x" * TAIL + b"end", [], cut=False) == b"x" * (TAIL - 3) + b"end"


def test_secrets_are_masked():
    assert masked_tail(b"a secret b", [b"secret"], cut=False) == b"a *** b"


@pytest.mark.parametrize("half", [b"ecret", b"cret", b"t"])
def test_half_a_secret_at_a_cut_is_dropped(half):
    assert masked_tail(half + b" and secret", [b"secret"], cut=True) == b" and ***"
    assert masked_tail(half + b" and secret", [b"secret"], cut=False) == half + b" and ***"


@given(st.binary(max_size=40), st.integers(1, 40), st.binary(max_size=20))
def test_the_longest_half_is_dropped_however_long_it_is(secret, start, after):
    text = secret[start:] + after
    halves = [secret[cut:] for cut in range(1, len(secret)) if text.startswith(secret[cut:])]
    assert without_half(text, [secret]) == text[max(map(len, halves), default=0) :]


def test_half_a_long_secret_takes_no_time():
    secret = b"".join(b"%06d" % number for number in range(20_000))
    begin = time.process_time()
    assert without_half(secret[7:] + b"rest", [secret] * 20) == b"rest"
    assert without_half(b"x" * 2 * TAIL, [secret] * 20) == b"x" * 2 * TAIL
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"null", b"[1]", b'{"a":'])
def test_a_file_that_a_power_loss_has_broken_is_no_file(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    assert read_json(str(tmp_path / "file")) is None


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_replaced_whole(tmp_path, durable):
    path = tmp_path / "file"
    write_file(str(path), b"1", durable=durable)
    write_file(str(path), b"2", durable=durable)
    assert path.read_bytes() == b"2"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
