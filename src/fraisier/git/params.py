"""Parameter types that the step kinds of this room share."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Sha = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")]
Folder = Annotated[str, Meta(pattern=r"\A/[^\x00]*\Z")]
Name = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")]
