"""GitHub and GitHub Enterprise. See docs.github.com, "Validating webhook deliveries" and "push"."""

from __future__ import annotations

import hmac
import re
from typing import Any, ClassVar, Final

from fraisier.git.forge import (
    GitProvider,
    MalformedEvent,
    WebhookEvent,
    header,
    register_provider,
    webhook_keys,
)
from fraisier.git.names import FULL_HASH, is_name

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_EVENT: Final = re.compile(r"[a-z_]{1,64}")
_SENDER: Final = re.compile(r"[A-Za-z0-9._\[\]-]{1,100}")
_PUSH_KEYS: Final = frozenset({"ref", "before", "after"})
_PING_KEYS: Final = frozenset({"zen", "hook_id"})
_LONGEST_REF: Final = 1024
_URLS: Final = ("clone_url", "ssh_url", "git_url", "html_url")


class GitHub(GitProvider):
    """Only `X-Hub-Signature-256` counts; the SHA-1 header beside it is ignored, good or bad."""

    name: ClassVar[str] = "github"
    delivery_header: ClassVar[str] = "X-GitHub-Delivery"

    def verify_webhook_signature(self, payload: bytes, headers: dict[str, str]) -> bool:
        given = header(headers, self.get_signature_header_name()).encode("utf-8", "replace")
        matches = [hmac.compare_digest(_signature(key, payload), given) for key in webhook_keys(self.config)]
        return any(matches)

    def parse_webhook_event(self, headers: dict[str, str], payload: dict[str, Any]) -> WebhookEvent:
        event_type = header(headers, self.get_event_header_name())
        if not _EVENT.fullmatch(event_type):
            raise MalformedEvent("The header X-GitHub-Event is missing or is no event's name.")
        if (event_type == "push") != (payload.keys() >= _PUSH_KEYS):
            raise MalformedEvent("The body is not that of the event which X-GitHub-Event claims.")
        if event_type == "ping" and not payload.keys() & _PING_KEYS:
            raise MalformedEvent("The body is not that of a ping.")
        about = _about(event_type, headers, payload)
        return WebhookEvent(**about, **(_push(payload) if event_type == "push" else {}))

    def get_event_header_name(self) -> str:
        return "X-GitHub-Event"

    def get_clone_url(self, repository: str) -> str:
        base = str(self.config.get("base_url") or "https://github.com").rstrip("/")
        return f"{base}/{repository}.git"


def _signature(key: bytes, payload: bytes) -> bytes:
    return b"sha256=" + hmac.new(key, payload, "sha256").hexdigest().encode()


def _about(event_type: str, headers: dict[str, str], payload: dict[str, Any]) -> dict[str, Any]:
    repository = _repository(event_type, payload)
    urls = (repository.get(key) for key in _URLS)
    return {
        "provider": GitHub.name,
        "event_type": event_type,
        "sender": _sender(payload),
        "repository": repository.get("full_name"),
        "raw_payload": payload,
        "is_ping": event_type == "ping",
        "is_merge_request": event_type == "pull_request",
        "delivery_id": header(headers, GitHub.delivery_header) or None,
        "repository_urls": tuple(url for url in urls if isinstance(url, str)),
    }


def _repository(event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    """What the event is about; empty for a ping of an organisation's hook, which is about no repository."""
    repository = payload.get("repository")
    if repository is None and event_type != "push":
        return {}
    name = repository.get("full_name") if isinstance(repository, dict) else None
    if not isinstance(repository, dict) or not isinstance(name, str) or not _REPOSITORY.fullmatch(name):
        raise MalformedEvent("The body's repository.full_name is not `owner/name`.")
    return repository


def _sender(payload: dict[str, Any]) -> str | None:
    sender = payload.get("sender")
    login = sender.get("login") if isinstance(sender, dict) else None
    if login is None:
        return None
    if not isinstance(login, str) or not _SENDER.fullmatch(login):
        raise MalformedEvent("The body's sender.login is no user's name.")
    return login


def _push(payload: dict[str, Any]) -> dict[str, Any]:
    ref, before, after = (payload[key] for key in ("ref", "before", "after"))
    if not isinstance(ref, str) or not ref.startswith(("refs/heads/", "refs/tags/")):
        raise MalformedEvent("The body's ref is neither a branch nor a tag.")
    kind, name = ref.split("/", 2)[1:]
    if not (is_name(name) and name.isprintable() and len(name) <= _LONGEST_REF):
        raise MalformedEvent("The body's ref is not a name that Git accepts.")
    if not all(isinstance(sha, str) and FULL_HASH.fullmatch(sha) for sha in (before, after)):
        raise MalformedEvent("The body's before and after are not both full commit hashes.")
    deleted, created = not after.strip("0"), not before.strip("0")
    if deleted != bool(payload.get("deleted")):
        raise MalformedEvent("The body says `deleted` and `after` that contradict each other.")
    return {
        "is_push": True,
        "is_tag": kind == "tags",
        "is_deleted": deleted,
        "branch": name if kind == "heads" else None,
        "commit_sha": None if deleted else after,
        "before_sha": None if created else before,
        "ref": ref,
    }


register_provider(GitHub)
