"""The request that sets a commit status on each forge, as its documentation has it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import msgspec

from fraisier.git.statuses.status import CommitStatus, State

GITHUB: Final = {
    State.RUNNING: "pending",
    State.SUCCESS: "success",
    State.FAILURE: "failure",
    State.CANCELLED: "error",
}
GITLAB: Final = {
    State.RUNNING: "running",
    State.SUCCESS: "success",
    State.FAILURE: "failed",
    State.CANCELLED: "canceled",
}


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A POST. `headers` holds no secret; `login` is the name of the header that carries the token, after `scheme`."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    login: str = "Authorization"
    scheme: str = ""


def github(api: str, repository: str, status: CommitStatus) -> Call:
    """docs.github.com/rest/commits/statuses, "Create a commit status"."""
    return Call(
        url=f"{api}/repos/{quote(repository)}/statuses/{status.sha}",
        body=_body(state=GITHUB[status.state], context=status.context, status=status),
        headers={
            "Content-Type": "application/json",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        scheme="Bearer ",
    )


def gitlab(api: str, repository: str, status: CommitStatus) -> Call:
    """docs.gitlab.com/api/commits, "Set commit pipeline status"."""
    return Call(
        url=f"{api}/projects/{quote(repository, safe='')}/statuses/{status.sha}",
        body=_body(state=GITLAB[status.state], context=status.context, status=status),
        headers={"Content-Type": "application/json"},
        login="PRIVATE-TOKEN",
    )


def gitea(api: str, repository: str, status: CommitStatus) -> Call:
    """Gitea's and Forgejo's repoCreateStatus: /api/swagger of either."""
    return Call(
        url=f"{api}/repos/{quote(repository)}/statuses/{status.sha}",
        body=_body(state=GITHUB[status.state], context=status.context, status=status),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        scheme="token ",
    )


def _body(*, state: str, context: str, status: CommitStatus) -> bytes:
    body = {"state": state, "context": context, "description": status.description}
    return msgspec.json.encode(body | ({"target_url": status.target_url} if status.target_url else {}))
