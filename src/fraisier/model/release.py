"""A release: an immutable built version on a target."""

from __future__ import annotations

import msgspec

from fraisier.model.commit import Commit


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What lies on a target. `name` is `<time of its token>-<sha7>`; the folder of that name is never changed.

    `deployment` names the attempt that made it, or made it live again. `images` are the ids of what its containers
    run, by service.

    The manifest beside the folder holds exactly this. `environment` maps each variable's name to a salted
    digest of its value, so that a later rollback can name what changed without keeping a secret.
    """

    name: str
    commit: Commit
    tree: str = ""
    created_at: str = ""
    deployment: str = ""
    unit_digest: str = ""
    environment: dict[str, str] = msgspec.field(default_factory=dict)
    salt: str = ""
    images: dict[str, str] = msgspec.field(default_factory=dict)
