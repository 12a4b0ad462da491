"""What every forge says about a push: a ref, what it was, what it is; of which repository, by whom. Pure."""

from __future__ import annotations

import re
from typing import Any, Final

from fraisier.git.forge import MalformedEvent
from fraisier.git.names import FULL_HASH, is_name

LONGEST_REF: Final = 1024
_KINDS: Final = ("refs/heads/", "refs/tags/")
_PART: Final = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.~+-]{1,255}"
_REPOSITORY: Final = re.compile(rf"{_PART}/{_PART}")
_NESTED: Final = re.compile(rf"{_PART}(?:/{_PART}){{1,20}}")
_LOGIN: Final = re.compile(r"[A-Za-z0-9._\[\]@+-]{1,255}")
_NICKNAME: Final = re.compile(r"[\w.@+ '-]{1,255}")


def moved(ref: object, before: object, after: object) -> dict[str, Any]:
    """The fields of a `WebhookEvent` for a ref that has moved; a commit of zeros is none.

    Raises `MalformedEvent` for what is no branch or tag, and for what is no full hash.
    """
    if not isinstance(ref, str) or not ref.startswith(_KINDS):
        raise MalformedEvent("The body's ref is neither a branch nor a tag.")
    kind, name = ref.split("/", 2)[1:]
    if not (is_name(name) and name.isprintable() and len(name) <= LONGEST_REF):
        raise MalformedEvent("The body's ref is not a name that Git accepts.")
    old, new = _commit(before), _commit(after)
    return {
        "is_push": True,
        "is_tag": kind == "tags",
        "is_deleted": new is None,
        "branch": name if kind == "heads" else None,
        "commit_sha": new,
        "before_sha": old,
        "ref": ref,
    }


def mapping(value: object) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def repository(name: object, key: str, *, nested: bool = False) -> str:
    """The repository's `owner/name`; `nested` ones stand in groups of groups. Raises `MalformedEvent`."""
    if not isinstance(name, str) or not (_NESTED if nested else _REPOSITORY).fullmatch(name):
        raise MalformedEvent(f"The body's {key} is not `owner/name`.")
    return name


def sender(name: object, key: str, *, free: bool = False) -> str | None:
    """Who pushed, if the body says so; `free` names have spaces and letters of any script. Raises `MalformedEvent`."""
    if name is None:
        return None
    if not isinstance(name, str) or not (_NICKNAME if free else _LOGIN).fullmatch(name):
        raise MalformedEvent(f"The body's {key} is no user's name.")
    return name


def addresses(*found: object) -> tuple[str, ...]:
    """Those that are texts."""
    return tuple(one for one in found if isinstance(one, str))


def _commit(sha: object) -> str | None:
    if not isinstance(sha, str) or not FULL_HASH.fullmatch(sha):
        raise MalformedEvent("The body's commits before and after are not both full hashes.")
    return sha if sha.strip("0") else None
