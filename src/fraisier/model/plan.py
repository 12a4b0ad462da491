"""What a deployment will do, and what it was decided from."""

from __future__ import annotations

from typing import Any

import msgspec

from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.release import Release
from fraisier.model.status import Kind
from fraisier.model.step import Step


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen before planning. Planning itself looks at nothing else.

    `commit` is the version to become live; `live` the release the target runs now (None: nothing yet);
    `reuse` an existing release of `commit` on the target, which a rollback goes to without building.
    `releases` are all release names on the target, oldest first. `recorded` is the version the database has.
    """

    commit: Commit
    release_name: str
    live: Release | None = None
    reuse: Release | None = None
    releases: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    service_manager: str = ""
    host: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A list of steps for one identity, with everything that is needed to run, print, finish or undo it."""

    identity: Identity
    kind: Kind
    commit: Commit
    release_name: str
    old: Release | None
    provider: str
    target: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    host_options: dict[str, Any] = msgspec.field(default_factory=dict)
    schema: int = 1
