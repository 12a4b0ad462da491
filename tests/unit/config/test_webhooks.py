"""`webhooks:` — who is told, at which place of the file, about what."""

import pytest

from fraisier.config.webhooks import Receiver, who
from fraisier.model.event_type import OUTCOMES

FRAISE = """\
fraises:
  shop:
    {fraise}
    environments:
      staging: {{app_path: /s, systemd_service: s}}
      production:
        app_path: /a
        systemd_service: a
        {environment}
"""


def file(top="", fraise="description: x", environment="branch: main"):
    return top + FRAISE.format(fraise=fraise, environment=environment)


@pytest.mark.feature("EVT-04", "EVT-06")
def test_the_documents_example(load):
    environment = (
        "provider_config:\n"
        "          webhooks:\n"
        "            - type: slack\n"
        "              url: ${SLACK_WEBHOOK_URL}\n"
        '              events: ["deployment.succeeded", "deployment.failed"]\n'
        "\n"
        "            - type: custom\n"
        "              url: https://myapp.example.com/webhooks/fraisier\n"
        '              events: ["*"]  # All events\n'
    )
    place = {"fraise": "shop", "environment": "production"}
    assert load(file(environment=environment)).receivers == (
        Receiver(
            type="slack",
            url="${SLACK_WEBHOOK_URL}",
            events=("deployment.succeeded", "deployment.failed"),
            **place,
        ),
        Receiver(type="custom", url="https://myapp.example.com/webhooks/fraisier", events=("*",), **place),
    )


def test_top_and_fraise(load):
    found = load(
        file(
            top="notifications: [{type: slack, url: '${A}'}]\n",
            fraise="webhooks: [{url: 'http://b', name: b}]",
        )
    ).receivers
    assert [(one.type, one.name, one.fraise, one.environment) for one in found] == [
        ("slack", None, None, None),
        ("custom", "b", "shop", "staging"),
        ("custom", "b", "shop", "production"),
    ]
    assert found[0].events == OUTCOMES


@pytest.mark.parametrize(
    ("receiver", "what"),
    [
        ("{type: slack}", "has no url"),
        ("{type: pager, url: 'http://a'}", "there is no type of receiver called 'pager'"),
        ("{url: 'ftp://a'}", "begins with http:// or https://"),
        (
            "{url: 'http://a', events: [deployment.success]}",
            "no event is called 'deployment.success'; did you mean",
        ),
        ("{type: slack, url: 'http://a', secret: whsec_MfKQ9r8G}", "signs requests of the type custom"),
        ("{url: 'http://a', secret: hunter2-}", "must be whsec_ and base64"),
        ("{url: 'http://a', secret: whsec_}", "is empty"),
        (
            "{url: 'http://a', name: a}, {url: 'http://b', name: a}",
            "has the name of another receiver, on line 1: a",
        ),
        ("{type: apprise, url: me@example.com}", "names a service"),
        ("{type: slack, url: 'http://a', headers: {X-A: b}}", "are for the type custom; slack takes none"),
        ("{url: 'http://a', headers: {'X A': b}}", "is not the name of a header"),
        ("{url: 'http://a', headers: {Webhook-Id: b}}", "is a header that Fraisier writes itself"),
        ("{url: 'http://a', headers: {X-A: \"b\\nc\"}}", "holds what no header may hold"),
    ],
)
def test_what_does_not_fit(wrong, receiver, what):
    (problem,) = wrong(file(top=f"webhooks: [{receiver}]\n"))
    assert problem.line == 1
    assert what in f"{problem.what}; {problem.hint}"


def test_a_mistake_below_a_fraise_is_told_once(wrong):
    assert len(wrong(file(fraise="webhooks: [{type: slack}]"))) == 1


def test_addresses_are_secrets(load):
    config = load(
        file(
            top="webhooks: [{url: 'https://hooks.example.com/s3cr3t', secret: whsec_MfKQ9r8G, headers: {X-Key: k3y}}]\n"
        )
    )
    shown = str(config.show())
    assert "s3cr3t" not in shown
    assert "MfKQ9r8G" not in shown
    assert "k3y" not in shown
    snapshot = config.get_fraise_environment("shop", "production")
    assert "s3cr3t" not in str(snapshot)


def test_receivers_that_differ_in_a_header_are_two(load):
    pair = "{url: 'http://a', headers: {X-A: '1'}}, {url: 'http://a', headers: {X-A: '2'}}"
    one, other = load(file(top=f"webhooks: [{pair}]\n")).receivers
    assert (one.headers, other.headers) == ({"X-A": "1"}, {"X-A": "2"})
    assert who(one) != who(other)


def test_where_logs_are(load, wrong):
    address = "https://logs.example.com/{fraise}/{environment}/{deployment_id}?at={version}"
    assert load(file(top=f"logs_url: '{address}'\n")).logs_url == address
    for refused in ("logs.example.com", "https://logs.example.com/{job}", "https://logs.example.com/{"):
        (problem,) = wrong(file(top=f"logs_url: '{refused}'\n"))
        assert problem.line == 1
