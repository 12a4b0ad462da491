"""One receiver as a consumer of events: what it wants to hear, and how it is told."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

from fraisier.config.webhooks import Receiver, header_value, who
from fraisier.errors import ConfigurationError
from fraisier.events.consumer import DAY, Consumer, Undelivered
from fraisier.events.event import Event
from fraisier.events.http import Sender
from fraisier.events.notify.formats import Post, custom, discord, slack
from fraisier.events.notify.message import message
from fraisier.model.event_type import matches
from fraisier.model.secret import Secret

Resolve = Callable[[str], "str | Secret"]
LETTERS: Final = 6


class _Told:
    """What all receivers have in common. The same one may stand in several places of the file: it is told once."""

    from_start = False
    repeats_are_safe = False
    patience = DAY
    longest_pause = 300.0

    def __init__(self, places: Sequence[Receiver], resolve: Resolve) -> None:
        self.places = places
        self.receiver = places[0]
        self.name = name_of(self.receiver)
        self._resolve = resolve

    def wants(self, event: Event) -> bool:
        return any(_fits(place, event) for place in self.places)

    async def last(self) -> str | None:
        return None

    def _secret(self, text: str) -> Secret:
        found = self._resolve(text)
        return found if isinstance(found, Secret) else Secret(found)


class HttpReceiver(_Told):
    """Slack, Discord, and whoever takes signed JSON. Secrets are resolved anew for each event: they are rotated."""

    def __init__(self, places: Sequence[Receiver], resolve: Resolve) -> None:
        super().__init__(places, resolve)
        self._sender: Sender | None = None
        self._known: tuple[Secret, ...] = ()

    async def deliver(self, event: Event) -> None:
        url = await asyncio.to_thread(self._secret, self.receiver.url)
        secret = await asyncio.to_thread(self._secret, self.receiver.secret) if self.receiver.secret else None
        headers = {name: await asyncio.to_thread(self._header, name) for name in self.receiver.headers}
        post = self._post(event, secret)
        sender = await self._sender_for(*filter(None, (url, secret)), *headers.values())
        more = {name: value.reveal() for name, value in headers.items()}
        await sender.post(url.reveal(), post.body, {**more, **post.headers})

    async def close(self) -> None:
        if self._sender is not None:
            await self._sender.close()
            self._sender = None

    def _post(self, event: Event, secret: Secret | None) -> Post:
        match self.receiver.type:
            case "slack":
                return slack(event)
            case "discord":
                return discord(event)
            case _:
                return custom(event, secret.reveal() if secret else None)

    def _header(self, name: str) -> Secret:
        value = self._secret(self.receiver.headers[name])
        if wrong := header_value(value.reveal()):
            raise ConfigurationError(
                f"The header {name} of {self.name} {wrong}.",
                hint="Mend what its reference stands for: printable ASCII, on one line.",
            )
        return value

    async def _sender_for(self, *secrets: Secret) -> Sender:
        if self._sender is None or secrets != self._known:
            await self.close()
            self._known = secrets
            self._sender = Sender(*secrets)
        return self._sender


class AppriseReceiver(_Told):
    """Whatever the library apprise reaches: e-mail, Teams, Telegram and many others."""

    async def deliver(self, event: Event) -> None:
        url = await asyncio.to_thread(self._secret, self.receiver.url)
        told = message(event)
        if not await asyncio.to_thread(_notify, url.reveal(), told.title, "\n".join(told.lines)):
            raise Undelivered("apprise could not deliver it.", hint="Try the address with `apprise -vv`.")

    async def close(self) -> None:
        """There is nothing open."""


def consumers(receivers: Sequence[Receiver], resolve: Resolve) -> list[Consumer]:
    """One for each receiver, in the order of the file."""
    places: dict[tuple[str, ...], list[Receiver]] = {}
    for receiver in receivers:
        places.setdefault(who(receiver), []).append(receiver)
    return [
        (AppriseReceiver if found[0].type == "apprise" else HttpReceiver)(found, resolve)
        for found in places.values()
    ]


def name_of(receiver: Receiver) -> str:
    """What it is called, also in the database: its name, else its type and letters that tell nothing."""
    digest = hashlib.sha256("\0".join(who(receiver)).encode()).hexdigest()
    return receiver.name or f"{receiver.type}-{digest[:LETTERS]}"


def _fits(place: Receiver, event: Event) -> bool:
    here = place.fraise in {None, event.fraise} and place.environment in {None, event.environment}
    return here and matches(place.events, event.type)


def _notify(url: str, title: str, body: str) -> bool:
    try:
        apprise: Any = import_module("apprise")
    except ImportError:
        raise ConfigurationError(
            "A webhook of the type apprise needs a package that is not installed.",
            hint="pip install 'fraisier[apprise]'",
        ) from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log addresses
    library = apprise.Apprise()
    if not library.add(url):
        raise ConfigurationError(
            "The url of a webhook of the type apprise is not one that apprise knows.",
            hint="See the list of services of apprise.",
        )
    return bool(library.notify(title=title, body=body))
