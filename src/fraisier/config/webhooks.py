"""`webhooks:` — who is told what happens: at the top everything, below a fraise or an environment what happens there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from fraisier.config.kinds import at_most, choice, listed, named, text
from fraisier.config.names import name
from fraisier.config.nearest import did_you_mean
from fraisier.config.problem import Problems
from fraisier.config.references import holds_reference
from fraisier.config.section import BAD, Field, Found, Kind, Value, Values, nested, plain, section
from fraisier.model.event_type import OUTCOMES, TYPES, matches

KINDS: Final = ("slack", "discord", "custom", "apprise")
SIGNING: Final = "whsec_"
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
OURS: Final = frozenset({"connection", "content-length", "content-type", "host", "transfer-encoding"})


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """`url`, `secret` and the values of `headers` are unresolved texts. `fraise` and `environment` None mean all of them."""

    type: str = "custom"
    url: str = ""
    events: tuple[str, ...] = OUTCOMES
    secret: str | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    name: str | None = None
    fraise: str | None = None
    environment: str | None = None


def _pattern(written: str) -> str | None:
    if any(matches((written,), kind) for kind in TYPES):
        return None
    meant = did_you_mean(written, TYPES)
    return f"no event is called {written!r}" + (f"; {meant}" if meant else "")


def _secret(written: str) -> str | None:
    import base64  # noqa: PLC0415 - most files have none
    import binascii  # noqa: PLC0415 - as above

    try:
        base64.b64decode(written.removeprefix(SIGNING), validate=True)
    except binascii.Error:
        return f"must be {SIGNING} and base64, as Standard Webhooks has it"
    return None if len(written) > len(SIGNING) else "is empty: anybody could sign with it"


def _header(written: str) -> str | None:
    """A name as RFC 9110, 5.6.2 has it, and none that the request itself needs."""
    if not TOKEN.fullmatch(written):
        return "is not the name of a header"
    ours = written.lower() in OURS or written.lower().startswith("webhook-")
    return "is a header that Fraisier writes itself" if ours else None


def header_value(written: str) -> str | None:
    """Why a text cannot be a header's value, or None. What is wrong with it is told, never the text."""
    return None if written.isascii() and written.isprintable() else "holds what no header may hold"


WEBHOOK: Final = section(
    "webhooks[]",
    "Somebody who is told what happens.",
    Field("type", choice("type of receiver", KINDS), "slack, discord, custom (signed JSON), or apprise."),
    Field("url", text("an address, best a ${…} reference", may_refer=True), "Where it is; it is a secret."),
    Field(
        "events",
        at_most(64, text("a type of event such as deployment.failed, or a pattern with *", check=_pattern)),
        "What it is told; default: how every deployment ended.",
    ),
    Field(
        "secret",
        text("whsec_ and base64, best a ${…} reference", check=_secret, may_refer=True),
        "Type custom: what requests are signed with, as Standard Webhooks has it.",
    ),
    Field(
        "headers",
        named(text("text, best a ${…} reference", check=header_value, may_refer=True), check=_header),
        "Type custom: more headers of each request, such as Authorization. Their values are secrets.",
    ),
    Field("name", text(check=name), "What lists call it; default: its type and some letters."),
    of=Receiver,
)
_LISTED: Final = listed(nested(WEBHOOK))


def _read(value: Value) -> Any:
    found = _LISTED.read(value)
    if found is BAD:
        return BAD
    for one in found:
        if one.value is not BAD:
            _complete(one, value.problems)
    return found


def _complete(found: Found, problems: Problems) -> None:
    values: Values = found.value
    written = plain(values)
    kind = written.get("type", "custom")
    if "url" not in values:
        problems.add(found, "has no url")
    elif (url := written.get("url")) and not _fits(kind, url):
        begins = (
            "names a service, such as mailto://" if kind == "apprise" else "begins with http:// or https://"
        )
        problems.add(values["url"], f"must be an address that {begins}")
    if "secret" in values and "type" in written and kind != "custom":
        problems.add(values["secret"], f"signs requests of the type custom; {kind} has the secret in its url")
    if "headers" in values and "type" in written and kind != "custom":
        problems.add(values["headers"], f"are for the type custom; {kind} takes none")


def _fits(kind: str, url: str) -> bool:
    if holds_reference(url):
        return True
    return "://" in url if kind == "apprise" else url.lower().startswith(("http://", "https://"))


RECEIVERS: Final = Kind("a list of mappings, each with a type and a url", _read, _LISTED.shape)
FIELD: Final = Field("webhooks", RECEIVERS, "Who is told what happens here.", aliases=("notifications",))


def receivers(top: Any, environments: Mapping[str, Values], problems: Problems) -> tuple[Receiver, ...]:
    """Every receiver with what it is told about; the same one may stand in several places."""
    found = list(_receivers(top, None, None))
    for fraise, ours in environments.items():
        for environment, one in ours.items():
            listed_here = one.value.get("webhooks")
            found += _receivers(listed_here.value if listed_here else (), fraise, environment)
    _refuse_shared_names(found, problems)
    return tuple(receiver for receiver, _ in found)


def _receivers(items: Any, fraise: str | None, environment: str | None) -> Iterator[tuple[Receiver, Found]]:
    for item in items if isinstance(items, tuple) else ():
        if item.value is not BAD:
            written = plain(item.value)
            headers = plain(written.pop("headers", {}))
            yield Receiver(**written, headers=headers, fraise=fraise, environment=environment), item


def _refuse_shared_names(found: list[tuple[Receiver, Found]], problems: Problems) -> None:
    first: dict[str, tuple[Receiver, Found]] = {}
    told: set[int] = set()
    for receiver, item in found:
        if receiver.name is None:
            continue
        other, there = first.setdefault(receiver.name, (receiver, item))
        if who(other) != who(receiver) and item.line not in told:
            told.add(item.line)
            problems.add(item, f"has the name of another receiver, on line {there.line}: {receiver.name}")


def who(receiver: Receiver) -> tuple[str, ...]:
    """What makes two of them the same receiver."""
    headers = [f"{name}: {value}" for name, value in sorted(receiver.headers.items())]
    return (receiver.type, receiver.url, receiver.secret or "", receiver.name or "", *headers)
