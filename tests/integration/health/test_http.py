"""The http check against real servers, good ones and bad ones."""

import asyncio
import contextlib
import ssl
import subprocess

import pytest

from fraisier.config.health_check import HealthCheck
from fraisier.health.http import HttpCheck
from fraisier.health.params import Params
from fraisier.hosts.runner.web import BODY_CAP
from fraisier.model.secret import Secret
from fraisier.secrets.resolver import Resolver


@contextlib.asynccontextmanager
async def serving(talk, host="127.0.0.1", **options):
    """A server that leaves no connection open behind it."""
    talks = set()

    async def one(reader, writer):
        talks.add(asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    async with await asyncio.start_server(one, host, 0, **options) as running:
        running.port = running.sockets[0].getsockname()[1]
        yield running
    await asyncio.gather(*talks)


@contextlib.asynccontextmanager
async def server(answer, **options):
    """A server that sends these bytes, in this order, to whoever has asked; None hangs until the client leaves."""
    asked = []

    async def talk(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        for piece in answer:
            if piece is None:
                await reader.read()
            else:
                writer.write(piece)
                await writer.drain()

    async with serving(talk, **options) as running:
        running.asked = asked
        yield running


def http(status, body=b"", *headers):
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return [("\r\n".join(lines)).encode() + body]


async def ask(site, port, path="/health", *, host="127.0.0.1", scheme="http", **settings):
    check = HealthCheck(url=f"{scheme}://{host}:{port}{path}", **{"timeout": 15.0} | settings)
    return await HttpCheck().ask(site, check, Params())


async def test_the_expected_status_is_good(site):
    async with server(http("200 OK", b"fine")) as running:
        answer = await ask(site, running.port, "/health?deep=1")
    assert answer.good
    assert answer.said == "status 200: fine"
    assert running.asked[0].startswith(b"GET /health?deep=1 HTTP/1.1\r\n")


@pytest.mark.parametrize("status", ["500 Oops", "204 No Content", "302 Found", "404 Not Found"])
async def test_any_other_status_is_not_and_redirects_are_not_followed(site, status):
    async with server(http(status, b"", "Location: /elsewhere")) as running:
        answer = await ask(site, running.port)
    assert not answer.good
    assert answer.said == f"status {status[:3]} instead of 200"
    assert len(running.asked) == 1


async def test_another_expected_status(site):
    async with server(http("204 No Content")) as running:
        assert (await ask(site, running.port, expected_status=204)).good


async def test_what_a_body_says_is_shown_short_and_without_control_characters(site):
    body = "s\x1b[31mick\r\n\x00\u202e".encode() + b"x" * 1000 + b"\xff"
    async with server(http("503 No", body)) as running:
        answer = await ask(site, running.port)
    assert answer.said == "status 503 instead of 200: " + ("s[31mick " + "x" * 1000)[:200]


async def test_a_body_without_end_is_read_up_to_a_cap(site):
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    async with server([head, b"x" * BODY_CAP, None]) as running:
        assert (await ask(site, running.port)).good


async def test_nothing_listens(site):
    async with server([]) as running:
        port = running.port
    answer = await ask(site, port)
    assert answer.said == f"connection refused: nothing listens on 127.0.0.1:{port}"


@pytest.mark.parametrize("sent", [[None], [b"HTTP/1.1 200 OK\r\nContent-Le", None]])
async def test_no_answer_in_time(site, sent):
    async with server(sent) as running:
        answer = await ask(site, running.port, timeout=0.2)
    assert not answer.good
    assert answer.said == "no answer within 0.2 s"


async def test_one_byte_at_a_time_does_not_prolong_the_timeout(site):
    async def drip(reader, writer):
        while True:
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(drip) as running:
        answer = await ask(site, running.port, timeout=0.3)
        assert answer.said == "no answer within 0.3 s"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], "the connection was closed without an answer"),
        ([b"SSH-2.0-OpenSSH_9.9\r\n"], "the answer is not HTTP"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], "the answer is not HTTP"),
    ],
)
async def test_what_is_not_http(site, sent, said):
    async with server(sent) as running:
        answer = await ask(site, running.port)
    assert not answer.good
    assert answer.said == said


async def test_ipv6(site):
    async with server(http("200 OK"), host="::1") as running:
        assert (await ask(site, running.port, host="[::1]")).good
        assert f"Host: [::1]:{running.port}".encode() in running.asked[0]


async def test_a_name_without_address(site):
    answer = await ask(site, 80, host="nowhere.invalid")
    assert answer.said == "the name in nowhere.invalid:80 cannot be resolved"


@pytest.mark.parametrize("url", ["http://127.0.0.1:none/", "http://", "http://127.0.0.1/a b", "http://[::1/"])
async def test_an_address_that_cannot_be_asked_is_an_answer(site, url):
    answer = await HttpCheck().ask(site, HealthCheck(url=url, timeout=1), Params())
    assert not answer.good


@pytest.fixture
def certificate(tmp_path):
    """One for localhost, signed by itself."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key", "-out", tmp_path / "cert"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    return context


async def test_a_certificate_that_nobody_signed(site, certificate):
    async with server(http("200 OK"), ssl=certificate) as running:
        answer = await ask(site, running.port, scheme="https", host="localhost")
    assert not answer.good
    assert answer.said.startswith("the certificate is not trusted: self")


@pytest.fixture
def trusted(certificate, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert"))


async def test_a_trusted_certificate(trusted, site, certificate):
    async with server(http("200 OK"), ssl=certificate) as running:
        assert (await ask(site, running.port, scheme="https", host="localhost")).good


async def test_credentials_are_sent_and_never_shown(site):
    async with server(http("401 No")) as running:
        url = f"http://user:p%40ss@127.0.0.1:{running.port}/"
        answer = await HttpCheck().ask(site, HealthCheck(url=url), Params())
        shown = HttpCheck().shown(HealthCheck(url=url)) + HttpCheck().by_hand(HealthCheck(url=url))
    assert b"Authorization: Basic dXNlcjpwQHNz\r\n" in running.asked[0]
    assert "p%40ss" not in shown + answer.said
    assert "p@ss" not in shown + answer.said


async def test_an_address_out_of_a_secret_is_not_shown(site):
    async with server([]) as running:
        port = running.port
    site.resolve = Resolver({"SECRET_HOST": "127.0.0.1"}).resolve
    assert site.resolve("${SECRET_HOST}") == Secret("127.0.0.1")
    answer = await ask(site, port, host="${SECRET_HOST}")
    assert answer.said == "connection refused: nothing listens on its address"


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://127.0.0.1:8123/health", 8123),
        ("http://localhost/", 80),
        ("https://[::1]/", 443),
        ("http://example.com:8123/", None),
        ("http://127.0.0.1:${PORT}/", None),
        ("${URL}", None),
    ],
)
def test_the_port_of_this_machine(url, port):
    assert HttpCheck().port(HealthCheck(url=url)) == port
