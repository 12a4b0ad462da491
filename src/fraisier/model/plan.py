"""What a deployment will do, and what it was decided from."""

from __future__ import annotations

import msgspec

from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.place import Place
from fraisier.model.release import Release
from fraisier.model.status import Kind
from fraisier.model.step import Step


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one target before planning. Planning itself looks at nothing else.

    `attempt` is a name that no other attempt has. `commit` is the version to become live and `release_name` the
    name its release will have; `live` is the
    release that the target runs now (None: nothing yet); `reuse` a finished release of `commit` that already
    lies on the target, which a rollback goes to without building. `releases` are all releases on the target,
    oldest first. `service_manager` is what was detected there. `installation_id` names this Fraisier. `host` is
    the name of the place where it was seen. `migrated` are the releases whose migrations are in the application's
    database, oldest first; `keep_schema` and `rebuild` are what a person has said about it. `home` stands for
    `app_path` where the target keeps what belongs to the lane elsewhere; empty: it does not. `itself` says that the
    fraise is Fraisier. `blocked` is why a job may not run now; `restore` the backup to restore; `again` is how this very installation is called from
    elsewhere.
    """

    attempt: str
    commit: Commit
    release_name: str
    installation_id: str
    mirror: str
    live: Release | None = None
    reuse: Release | None = None
    releases: tuple[Release, ...] = ()
    service_manager: str = ""
    host: str = ""
    migrated: tuple[str, ...] = ()
    keep_schema: bool = False
    rebuild: bool = False
    home: str = ""
    itself: bool = False
    blocked: str = ""
    restore: str | None = None
    again: tuple[str, ...] = ()

    @property
    def release(self) -> Release:
        """The release that is to become live, as far as it is known before it is made."""
        return self.reuse or Release(name=self.release_name, commit=self.commit)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A list of steps for one identity, with everything that is needed to run, print, finish or undo it.

    `restored` are the checks that judge the old version after everything was undone; `places` are all machines of
    the deployment, the target first. Without `auto_rollback` a failure after the switch leaves the new version live,
    for a person to look at. `left_out` are hosts that did not answer, and why, where the others go on without them.
    `fence_folder` is for plans from before there were places. `itself`: Fraisier deploys itself, by a
    guard.
    """

    identity: Identity
    kind: Kind
    commit: Commit
    release_name: str
    old: Release | None
    provider: str
    target: str
    steps: tuple[Step, ...]
    restored: tuple[Step, ...] = ()
    fence_folder: str = ""
    notes: tuple[str, ...] = ()
    auto_rollback: bool = True
    schema: int = 1
    places: tuple[Place, ...] = ()
    itself: bool = False
    left_out: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def machines(self) -> tuple[Place, ...]:
        """Where it happens, in any plan."""
        return self.places or (Place(folder=self.fence_folder),)
