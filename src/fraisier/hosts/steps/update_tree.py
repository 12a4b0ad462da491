"""Step kind `update_tree`: the work tree that is used in place gets the files of the commit.

The service runs in that tree. So a way back restarts it here, once the old files lie there again, and not where its
unit is put back.
"""

from __future__ import annotations

import msgspec

from fraisier.errors import StepFailed
from fraisier.git import tree
from fraisier.hosts import layout
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.host import Host, Site
from fraisier.model.step import Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`release` names the version, `attempt` the deployment. `service` is what a way back starts again, if it does
    not run; None where none was live.
    """

    app_path: str
    mirror: str
    commit: str
    release: str
    attempt: str
    service: ServiceRef | None = None

    @property
    def tree(self) -> str:
        return layout.tree_of(self.app_path) or self.app_path


@step_kind("update_tree", params=Params, repeatable=True)
class UpdateTree:
    """Tracked files only: an untracked one is never touched, a modified one refuses the deployment."""

    async def check(self, site: Site, params: Params) -> Seen:
        seen = await look(site.host, params.tree)
        return Seen.DONE if seen.head == params.commit and not seen.modified else Seen.NOT_DONE

    async def apply(self, site: Site, params: Params) -> None:
        wanted = tree.UpdateTree(
            tree=params.tree,
            mirror=params.mirror,
            commit=params.commit,
            release=params.release,
            attempt=params.attempt,
        )
        result = await site.host.run(tree.update(wanted))
        if not result.ok:
            raise tree.failure(result, params.tree, params.commit)

    async def undo(self, site: Site, params: Params) -> None:
        result = await site.host.run(tree.back(params.tree, params.attempt))
        if not result.ok:
            raise tree.failure(result, params.tree, "")
        service = params.service
        if service is None:
            return
        manager = service_manager(service.manager)
        if not await manager.processes(site.host, service):
            await manager.restart(site.host, service)


async def look(host: Host, folder: str) -> tree.TreeState:
    """What lies in a work tree. Raises `StepFailed` for one that Git cannot read."""
    result = await host.look(tree.state(folder))
    if not result.ok:
        raise StepFailed(
            f"Git cannot read {folder} on {host.name}: {result.output.strip()}",
            hint=f"See that `git -C {folder} status` works there.",
        )
    return tree.parse_state(result.output)
