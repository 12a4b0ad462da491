"""What lies beside a release folder: its environment, its unit, and its manifest, written last."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from fraisier.hosts import env_file, files, layout
from fraisier.hosts.effect import effect
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.host import Host, Site
from fraisier.model.release import Release
from fraisier.model.secret import Secret


class StageParams(msgspec.Struct, frozen=True, kw_only=True):
    """`manifest` is the release as far as the plan knows it; digests, salt and a missing time are added.

    `service` None: nothing runs, there is no unit. `argv` is the service's command. `env_vars` are unresolved
    and complete: PORT, FRAISIER_VERSION and FRAISIER_COLOR are among them. `env_files` lie on Fraisier's machine.
    `units` are those of jobs, by name; together they take the place of the one unit of a service.
    """

    app_path: str
    manifest: Release
    service: ServiceRef | None = None
    argv: tuple[str, ...] = ()
    env_vars: dict[str, str] = msgspec.field(default_factory=dict)
    description: str = ""
    env_files: tuple[str, ...] = ()
    units: dict[str, str] | None = None

    @property
    def release(self) -> str:
        return self.manifest.name


def paths(app_path: str, name: str) -> tuple[str, str, str]:
    """Manifest, environment, unit: in the order in which they may be removed."""
    return (
        layout.manifest_path(app_path, name),
        layout.env_path(app_path, name),
        layout.unit_path(app_path, name),
    )


async def write(site: Site, params: StageParams, unit: str | None = None) -> Release:
    """Resolve the environment and write all three files. A release is finished when its manifest lies there.

    `unit` is the text of its unit where that is not made from the service.
    """
    env = env_file.resolved(site, params.env_vars, params.env_files)
    unit = await unit_text(site.host, params) if unit is None else unit
    manifest, env_path, unit_path = paths(params.app_path, params.release)
    finished = _complete(params.manifest, env, unit)
    beside: dict[str, str | Secret] = {env_path: Secret(env_file.render(env))}
    if unit is not None:
        beside[unit_path] = unit
    beside[manifest] = msgspec.json.encode(finished).decode()
    # 0600, the manifest too: a digest of a short secret can be guessed by who can read it.
    await effect(site.host, files.write_all(beside, mode=0o600), f"Writing {', '.join(beside)}")
    return finished


async def unit_text(host: Host, params: StageParams) -> str | None:
    """The unit of this release, or those of its jobs in one; None where none is ours to write."""
    service = params.service
    if params.units is not None:
        return msgspec.json.encode(params.units).decode()
    if service is None:
        return None
    return await service_manager(service.manager).render(
        host,
        service,
        release_path=layout.release_path(params.app_path, params.release),
        env_path=layout.env_path(params.app_path, params.release),
        argv=params.argv,
        description=params.description,
    )


def _complete(manifest: Release, env: Mapping[str, str], unit: str | None) -> Release:
    salt = manifest.salt or os.urandom(16).hex()
    return msgspec.structs.replace(
        manifest,
        created_at=manifest.created_at
        or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        unit_digest=hashlib.sha256(unit.encode()).hexdigest() if unit is not None else "",
        environment=env_file.digests(salt, env),
        salt=salt,
    )
