"""Whose word about the source of a delivery is believed."""

import pytest

from fraisier.server.refusal import Refusal
from fraisier.server.source import networks, require, source, within

PROXIES = networks(["10.0.0.0/8", "2001:db8::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("2001:db8::1", " 2001:db8::2 ", "2001:db8::2"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "what is this", "what is this"),
        (None, "198.51.100.7", None),
    ],
)
def test_only_a_trusted_proxy_is_believed_from_the_end(peer, forwarded, found):
    assert source(peer, forwarded, PROXIES) == found


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("192.0.3.7", False),
        ("what is this", False),
        (None, False),
    ],
)
def test_the_allow_list(address, allowed):
    assert within(address, networks(["192.0.2.0/24"])) is allowed
    require(address, {})
    if allowed:
        require(address, {"allow_from": ["192.0.2.0/24"]})
    else:
        with pytest.raises(Refusal) as caught:
            require(address, {"allow_from": ["192.0.2.0/24"]})
        assert caught.value.status == 403
