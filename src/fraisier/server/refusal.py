"""A request that is not served, and the one JSON object that says so."""

from __future__ import annotations

from typing import Any

from fraisier.errors import FraiseQLError


class Refusal(FraiseQLError):
    """A request that is refused; `status` is the HTTP status that tells the sender."""

    code = "refused"

    def __init__(self, status: int, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


def error_body(error: FraiseQLError, request_id: str) -> dict[str, Any]:
    """The answer to a request that failed."""
    return {"schema": 1, "request_id": request_id, "error": error.as_dict()}
