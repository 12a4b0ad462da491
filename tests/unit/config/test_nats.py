"""`nats:` — the address of the event stream, and one way to log in there."""

import pytest

from fraisier.config.nats import Nats, Tls

FRAISES = "fraises: {}\n"


def test_nothing_said_means_a_server_of_our_own(load):
    assert load(FRAISES).nats == Nats(enabled=True, urls=())


def test_everything_said(load):
    text = (
        "nats:\n  servers: [tls://one:4222, tls://two:4222]\n  User: ada\n  password: ${NATS_PASSWORD}\n"
        "  tls: {ca: /ca.pem, cert: /me.pem, key: /me.key}\n"
    )
    assert load(text + FRAISES).nats == Nats(
        urls=("tls://one:4222", "tls://two:4222"),
        user="ada",
        password="${NATS_PASSWORD}",
        tls=Tls(ca="/ca.pem", cert="/me.pem", key="/me.key"),
    )


@pytest.mark.parametrize(
    ("nats", "line", "what"),
    [
        ("url: http://one:4222", 2, "must be an address such as nats://"),
        (
            "url: nats://one\n  token: a\n  nkey: b",
            4,
            "is a second way to log in; nats.token on line 3 is the first",
        ),
        ("url: nats://one\n  user: ada", 3, "a user has a password"),
        ("url: nats://one\n  password: x", 3, "a password has a user"),
        ("token: a", 2, "nats.url is missing"),
        ("tls: {ca: /ca.pem}", 2, "nats.url is missing"),
        ("url: nats://one\n  tls: {cert: /me.pem}", 3, "needs both cert and key"),
        ("url: nats://one\n  credentials: nats.creds", 3, "must be an absolute path"),
    ],
)
def test_what_does_not_fit(wrong, nats, line, what):
    (problem,) = wrong(f"nats:\n  {nats}\n{FRAISES}")
    assert problem.line == line
    assert what in problem.what


def test_what_logs_in_is_masked(load):
    text = "nats: {url: 'nats://ada:pa55word@one', nkey: SUAMASKED}\n"
    shown = load(text + FRAISES).show()["nats"]
    assert shown["urls"] == ["nats://***@one"]
    assert shown["nkey"] == "***"
