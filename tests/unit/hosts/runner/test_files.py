from __future__ import annotations

import pytest

from fraisier.hosts.runner.files import TAIL, masked_tail, read_json, write_file


def test_the_last_64_kib_are_kept():
    assert masked_tail(b"x" * TAIL + b"end", [], cut=False) == b"x" * (TAIL - 3) + b"end"


def test_secrets_are_masked():
    assert masked_tail(b"a secret b", [b"secret"], cut=False) == b"a *** b"


@pytest.mark.parametrize("half", [b"ecret", b"cret", b"t"])
def test_half_a_secret_at_a_cut_is_dropped(half):
    assert masked_tail(half + b" and secret", [b"secret"], cut=True) == b" and ***"
    assert masked_tail(half + b" and secret", [b"secret"], cut=False) == half + b" and ***"


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
