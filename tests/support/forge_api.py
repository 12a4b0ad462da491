"""Stand-ins for the APIs of forges: they judge a commit status as each forge documents it, and keep what they took."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

from tests.support.listener import Heard

Answer = tuple[int, dict[str, str], bytes]
SHA = "[0-9a-f]{40}"


def github(token: str, repository: str, prefix: str = "/api/v3") -> Callable[[Heard], Answer]:
    """docs.github.com/rest/commits/statuses#create-a-commit-status."""

    def judge(heard: Heard) -> Answer:
        if heard.headers.get("authorization") not in {f"Bearer {token}", f"token {token}"}:
            return said(401, "Bad credentials")
        if not re.fullmatch(rf"{prefix}/repos/{re.escape(repository)}/statuses/{SHA}", heard.path):
            return said(404, "Not Found")
        if not heard.headers.get("user-agent"):
            return said(403, "Request forbidden by administrative rules")
        body = heard.json
        good = body.get("state") in {"error", "failure", "pending", "success"}
        good = good and isinstance(body.get("context", ""), str) and len(body.get("description", "")) <= 140
        good = good and re.match(r"https?://", body.get("target_url", "http://")) is not None
        return said(201, "created") if good else said(422, "Validation Failed")

    return judge


def gitlab(token: str, project: str, prefix: str = "/api/v4") -> Callable[[Heard], Answer]:
    """docs.gitlab.com/api/commits/#set-commit-pipeline-status. The same state twice is refused, as GitLab does."""
    states: dict[str, str] = {}

    def judge(heard: Heard) -> Answer:
        if heard.headers.get("private-token") != token:
            return said(401, "401 Unauthorized")
        found = re.fullmatch(rf"{prefix}/projects/([^/]+)/statuses/({SHA})", heard.path)
        if not found or unquote(found[1]) != project:
            return said(404, "404 Project Not Found")
        body = heard.json
        if body.get("state") not in {"pending", "running", "success", "failed", "canceled", "skipped"}:
            return said(400, "state does not have a valid value")
        key = f"{found[2]} {body.get('context') or body.get('name') or 'default'}"
        if states.get(key) == body["state"]:
            return said(400, f"Cannot transition status via :run from :{body['state']}")
        states[key] = body["state"]
        return said(201, "created")

    return judge


def gitea(token: str, repository: str, prefix: str = "/api/v1") -> Callable[[Heard], Answer]:
    """Gitea's swagger, repoCreateStatus: CreateStatusOption."""

    def judge(heard: Heard) -> Answer:
        if heard.headers.get("authorization") != f"token {token}":
            return said(401, "token is required")
        if not re.fullmatch(rf"{prefix}/repos/{re.escape(repository)}/statuses/{SHA}", heard.path):
            return said(404, "GetCommit")
        body = heard.json
        allowed = {"pending", "success", "error", "failure", "warning", "skipped"}
        known = {"context", "description", "state", "target_url"}
        good = body.get("state") in allowed and body.keys() <= known
        return said(201, "created") if good else said(422, "invalid")

    return judge


def said(status: int, message: str) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps({"message": message}).encode()
