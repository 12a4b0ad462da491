"""A request that is not served, and the one JSON object that says so."""

from __future__ import annotations

from typing import Any

from fraisier.errors import FraiseQLError


class Refusal(FraiseQLError):
    """A request that is refused; `status` is the HTTP status that tells the sender. `retry_after` is in seconds."""

    code = "refused"

    def __init__(self, status: int, message: str, *, hint: str = "", retry_after: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def error_body(error: FraiseQLError, request_id: str) -> dict[str, Any]:
    """The answer to a request that failed."""
    return {"schema": 1, "request_id": request_id, "error": error.as_dict()}
