"""Which cipher a connection over SSH asks for first."""

from __future__ import annotations

import asyncssh
import pytest

from fraisier.transport.ssh import _ciphers

CHACHA = "chacha20-poly1305@openssh.com"


def ciphers(tmp_path, config):
    (tmp_path / "config").write_text(config)
    options = asyncssh.SSHClientConnectionOptions(host="web1", config=[str(tmp_path / "config")])
    return _ciphers(options), [name.decode() for name in options.encryption_algs]


def test_aes_gcm_comes_first_and_nothing_is_left_out(tmp_path):
    asked, offered = ciphers(tmp_path, "")
    assert [name.partition("@")[0] for name in asked[:2]] == ["aes256-gcm", "aes128-gcm"]
    assert (sorted(asked), offered[0]) == (sorted(offered), CHACHA)


@pytest.mark.parametrize("order", [CHACHA, f"{CHACHA},aes256-gcm@openssh.com", f"^{CHACHA}"])
def test_an_order_in_ssh_config_stays(tmp_path, order):
    asked, offered = ciphers(tmp_path, f"Host web*\n  Ciphers {order}\n")
    assert (asked, asked[0]) == (offered, CHACHA)
