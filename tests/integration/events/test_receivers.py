"""Receivers against real HTTP servers that judge requests as the real ones do."""

import logging

import pytest

from fraisier.config.webhooks import Receiver
from fraisier.errors import ConfigurationError
from fraisier.events.consumer import Undelivered, Unwanted
from fraisier.events.http import pause_of
from fraisier.events.notify.receiver import consumers, name_of
from fraisier.model.secret import Secret
from tests.support.events import event, succeeded
from tests.support.listener import listening, signature_of
from tests.support.ports import free_port

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATH = "/services/T000/B000/s3cr3t-p4th"


@pytest.fixture
def listener():
    with listening() as made:
        yield made


def receiver(listener, kind, **more):
    receiver = Receiver(type=kind, url="${URL}", **more)
    values = {"${URL}": Secret(listener.url + PATH), "${S}": Secret(SECRET)}
    [made] = consumers([receiver], values.__getitem__)
    return made


async def tell(consumer, what):
    try:
        await consumer.deliver(what)
    finally:
        await consumer.close()


@pytest.mark.feature("EVT-04", "EVT-12")
async def test_slack(listener):
    slack = receiver(listener, "slack")
    await slack.deliver(succeeded())
    await tell(slack, event())
    good, bad = listener.heard
    assert (good.method, good.path, good.headers["content-type"]) == ("POST", PATH, "application/json")
    assert good.json["text"] == (
        "🚀 Deployment Successful\nService: shop\nEnvironment: production\nVersion: 0123456\nDuration: 47.3s\nBy: ada"
    )
    assert bad.json["text"] == (
        "❌ Deployment Failed\nService: shop\nEnvironment: production\nVersion: 0123456\n"
        "Error: status 500 &lt;!channel&gt; &amp; more\nResult: The old version is back.\nBy: ada\n"
        "Check: https://logs.example.com/dep_00007"
    )
    [block] = bad.json["blocks"]
    assert (block["type"], block["text"]["type"]) == ("section", "mrkdwn")
    assert block["text"]["text"].startswith("*❌ Deployment Failed*\n")


@pytest.mark.feature("EVT-05")
async def test_discord(listener):
    """204 and no body; nothing in it mentions anybody; Discord's limits hold for any text."""
    listener.answer = (204, {}, b"")

    def judge(request):
        body = request.json
        [embed] = body["embeds"]
        fits = len(body["content"]) <= 2000 and len(embed["title"]) <= 256 and len(embed["fields"]) <= 25
        fits = fits and all(1 <= len(field["value"]) <= 1024 and field["name"] for field in embed["fields"])
        return (
            None
            if fits and isinstance(embed["color"], int)
            else (400, {}, b'{"message": "Invalid Form Body"}')
        )

    listener.judge = judge
    await tell(receiver(listener, "discord"), event(error="@everyone " * 2000))
    [heard] = listener.heard
    assert heard.json["allowed_mentions"] == {"parse": []}
    assert {field["name"] for field in heard.json["embeds"][0]["fields"]} >= {"Service", "Version", "Error"}


@pytest.mark.feature("EVT-06", "EVT-08")
async def test_signed_json(listener):
    await tell(receiver(listener, "custom", secret="${S}"), event())
    [heard] = listener.heard
    assert heard.json["type"] == "deployment.failed"
    assert heard.headers["webhook-id"] == heard.json["id"] == event().id
    assert heard.headers["webhook-signature"] == signature_of(heard, SECRET)


async def test_headers_of_ones_own(listener, caplog):
    """They are secrets as the address is: a receiver that says them back puts them into no message."""
    caplog.set_level(logging.DEBUG)
    values = {"${URL}": listener.url, "Bearer ${T}": Secret("Bearer t0ken-s3cret"), "42": "42"}
    place = Receiver(url="${URL}", headers={"Authorization": "Bearer ${T}", "X-Tenant": "42"})
    [made] = consumers([place], values.__getitem__)
    await made.deliver(event())
    [heard] = listener.heard
    assert (heard.headers["authorization"], heard.headers["x-tenant"]) == ("Bearer t0ken-s3cret", "42")
    assert heard.headers["content-type"] == "application/json"
    listener.answer = (403, {}, b"Bearer t0ken-s3cret may not")
    with pytest.raises(Unwanted) as refused:
        await made.deliver(event())
    values["Bearer ${T}"] = Secret("Bearer t0ken-s3cret\nX-Admin: 1")
    with pytest.raises(
        ConfigurationError, match=r"The header Authorization of custom-.* no header may hold"
    ) as bad:
        await tell(made, event())
    assert len(listener.heard) == 2
    assert "t0ken" not in f"{refused.value.message} {bad.value.message} {caplog.text}"


async def test_json_without_a_secret_is_not_signed(listener):
    await tell(receiver(listener, "custom"), event())
    assert "webhook-signature" not in listener.heard[0].headers


@pytest.mark.parametrize("status", [429, 408, 500, 503])
async def test_what_may_work_later(listener, status):
    listener.answer = (status, {"Retry-After": "7"}, b"")
    with pytest.raises(Undelivered, match=f"^status {status}") as later:
        await tell(receiver(listener, "slack"), event())
    assert later.value.pause == 7


@pytest.mark.parametrize("status", [301, 400, 403, 404, 410])
async def test_what_never_will(listener, status):
    """A redirect is not followed: the address is a secret."""
    listener.answer = (status, {"Location": f"{listener.url}/elsewhere"}, b"no_service")
    with pytest.raises(Unwanted, match=f"^status {status}: no_service"):
        await tell(receiver(listener, "slack"), event())
    assert len(listener.heard) == 1


async def test_no_secret_is_in_an_error_or_a_log(listener, caplog):
    caplog.set_level(logging.DEBUG)
    listener.answer = (404, {}, f"no {listener.url}{PATH} here, {SECRET}".encode())
    with pytest.raises(Unwanted) as refused:
        await tell(receiver(listener, "custom", secret="${S}"), event())
    dead = Receiver(type="custom", url=f"http://127.0.0.1:{free_port()}{PATH}")
    [unreachable] = consumers([dead], lambda text: text)
    with pytest.raises(Undelivered) as failed:
        await tell(unreachable, event())
    nowhere = Receiver(type="slack", url="${URL}")
    [broken] = consumers([nowhere], lambda _: Secret("no address s3cr3t-p4th"))
    with pytest.raises(Undelivered) as wrong:
        await tell(broken, event())
    said = f"{refused.value.message} {failed.value.message} {wrong.value.message} {caplog.text}"
    assert "s3cr3t" not in said
    assert SECRET not in said


@pytest.mark.filterwarnings("ignore:.*imghdr.*:DeprecationWarning")
@pytest.mark.feature("EVT-07")
async def test_apprise_delivers_to_what_it_knows(listener):
    url = f"json://127.0.0.1:{listener.port}/notify"
    [made] = consumers([Receiver(type="apprise", url=url)], lambda text: text)
    await tell(made, event())
    [heard] = listener.heard
    assert (heard.json["title"], heard.path) == ("❌ Deployment Failed", "/notify")
    assert "Service: shop" in heard.json["message"]
    listener.answer = (500, {}, b"")
    with pytest.raises(Undelivered, match="could not deliver"):
        await tell(made, event())


def test_the_same_receiver_in_several_places_is_one(listener):
    here = {"type": "slack", "url": "${URL}"}
    found = consumers(
        [
            Receiver(**here, fraise="shop", environment="staging", events=("*",)),
            Receiver(**here, fraise="shop", environment="production", events=("deployment.failed",)),
            Receiver(**here, name="other", events=("deployment.*",)),
        ],
        str,
    )
    assert len(found) == 2
    one, other = found
    assert one.wants(event(environment="staging", type="lane.held"))
    assert one.wants(event())
    assert not one.wants(succeeded())
    assert not one.wants(event(fraise="bakery"))
    assert other.wants(event(fraise="bakery"))
    assert not other.wants(event(type="health_check.failed"))
    assert (one.name.partition("-")[0], other.name) == ("slack", "other")
    assert "URL" not in one.name
    assert name_of(one.receiver) == one.name


def test_how_long_a_receiver_wants_to_be_left_alone():
    assert pause_of(None) == pause_of("soon") == pause_of("-5") == 0
    assert pause_of("12.5") == 12.5
    assert pause_of("999999") == 3600
    assert pause_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0
