"""What each type of receiver is sent, as data. Pure; the formats are those of their makers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import msgspec

from fraisier.events.event import Event
from fraisier.events.notify.message import cut, message
from fraisier.events.notify.signature import sign

JSON: Final = {"Content-Type": "application/json"}


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One request. Its headers may hold a signature, never a secret."""

    headers: Mapping[str, str]
    body: bytes


def slack(event: Event) -> Post:
    """An incoming webhook's message: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.

    `&`, `<` and `>` are the only characters that Slack reads as its own.
    """
    told = message(event)
    title, lines = escaped(told.title), [escaped(line) for line in told.lines]
    block = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": cut("\n".join([f"*{title}*", *lines]), 3000)},
    }
    body = {"text": "\n".join([title, *lines]), "blocks": [block]}
    return Post(headers=JSON, body=msgspec.json.encode(body))


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def discord(event: Event) -> Post:
    """A webhook's message with one embed: discord.com/developers/docs/resources/webhook. Nobody is mentioned."""
    told = message(event)
    fields = [
        {
            "name": cut(name, 256),
            "value": cut(value, 1024),
            "inline": name not in {"Error", "Check", "Result"},
        }
        for name, value in told.fields
    ]
    content = " — ".join([told.title, *(value for _, value in told.fields[:2])])
    body = {
        "content": cut(content, 2000),
        "embeds": [{"title": cut(told.title, 256), "color": told.colour, "fields": fields}],
        "allowed_mentions": {"parse": []},
    }
    return Post(headers=JSON, body=msgspec.json.encode(body))


def custom(event: Event, secret: str | None) -> Post:
    """The event itself, signed as https://www.standardwebhooks.com has it when there is a secret."""
    at = int(time.time())
    body = event.payload()
    named = {**JSON, "webhook-id": event.id, "webhook-timestamp": str(at)}
    signed = {"webhook-signature": sign(secret, event.id, at, body)} if secret else {}
    return Post(headers=named | signed, body=body)
