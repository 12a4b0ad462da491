"""What Bitbucket Cloud says in its webhooks. Pure."""

from __future__ import annotations

from typing import Any, Final

from fraisier.git import change
from fraisier.git.forge import MalformedEvent

CALLED: Final = "Bitbucket Cloud"
PUSH: Final = "repo:push"
EVENTS: Final = frozenset({PUSH})
DELIVERY: Final = "X-Request-UUID"
_REFS: Final = {
    "branch": "refs/heads/",
    "named_branch": "refs/heads/",
    "bookmark": "refs/heads/",
    "tag": "refs/tags/",
}
_NOTHING: Final = "0" * 40


def is_push(payload: dict[str, Any]) -> bool:
    return isinstance(change.mapping(payload.get("push")).get("changes"), list)


def events(event_type: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a `WebhookEvent` for each ref that a push has moved; one for any other event."""
    repository = change.mapping(payload.get("repository"))
    name = repository.get("full_name")
    if name is not None or event_type == PUSH:
        change.repository(name, "repository.full_name")
    web = change.mapping(change.mapping(repository.get("links")).get("html")).get("href")
    nickname = change.mapping(payload.get("actor")).get("nickname")
    about = {
        "sender": change.sender(nickname, "actor.nickname", free=True),
        "repository": name,
        "repository_urls": change.addresses(web),
        "is_merge_request": event_type.startswith("pullrequest:"),
    }
    if event_type != PUSH:
        return [about]
    changes = payload["push"]["changes"]
    return [about | _moved(change.mapping(one)) for one in changes] or [about]


def _moved(one: dict[str, Any]) -> dict[str, Any]:
    """`new` is null for a ref that was deleted, `old` for one that was created."""
    old, new = change.mapping(one.get("old")), change.mapping(one.get("new"))
    kind, name = (new or old).get("type"), (new or old).get("name")
    if not isinstance(kind, str) or kind not in _REFS or not isinstance(name, str):
        raise MalformedEvent("The body's push changes something that is neither a branch nor a tag.")
    return change.moved(f"{_REFS[kind]}{name}", _commit(old), _commit(new))


def _commit(side: dict[str, Any]) -> object:
    return change.mapping(side.get("target")).get("hash") if side else _NOTHING
