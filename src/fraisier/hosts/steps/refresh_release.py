"""Step kind `refresh_release`: a release that lies there already gets today's environment and unit.

A manual rollback resolves the old release's references again, and names those whose values changed.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import env_file, files, layout, staging
from fraisier.hosts.effect import effect
from fraisier.hosts.staging import StageParams
from fraisier.model.command import Command
from fraisier.model.host import Host, Site
from fraisier.model.release import Release
from fraisier.model.step import Seen, step_kind

# The folder appears whole or not at all, and is never written twice: it holds what was there before.
_KEEP: Final = """\
set -e
umask 077
[ ! -d "$1" ] || exit 0
rm -rf -- "$1.new"
mkdir -p -- "$1.new"
kept=$1
shift
for file in "$@"; do [ ! -e "$file" ] || cp -p -- "$file" "$kept.new/"; done
mv -T -- "$kept.new" "$kept"
"""
_PUT_BACK: Final = """\
set -e
[ -d "$1" ] || exit 0
kept=$1
shift
for file in "$@"; do
  rm -f -- "$file".new.*
  if [ -e "$kept/${file##*/}" ]; then
    cp -p -- "$kept/${file##*/}" "$file.new"
    mv -fT -- "$file.new" "$file"
  else
    rm -f -- "$file"
  fi
done
rm -rf -- "$kept"
"""


@step_kind("refresh_release", params=StageParams, repeatable=True)
class RefreshRelease:
    """Keeps the bytes that were there; undoing puts them back."""

    async def check(self, site: Site, params: StageParams) -> Seen:
        del site, params
        return Seen.NOT_DONE

    async def apply(self, site: Site, params: StageParams) -> None:
        before = await manifest_of(site.host, params)
        await effect(site.host, keep(params), f"Keeping the environment of {params.release}")
        salted = msgspec.structs.replace(before, deployment=params.manifest.deployment or before.deployment)
        after = await staging.write(site, msgspec.structs.replace(params, manifest=salted))
        if names := env_file.changed(before.environment, after.environment):
            site.say(f"changed since {params.release} was live: {', '.join(names)}")

    async def undo(self, site: Site, params: StageParams) -> None:
        await effect(site.host, put_back(params), f"Putting back the environment of {params.release}")


def keep(params: StageParams) -> Command:
    """Keep the files beside a release; what was kept for this deployment before stays as it is."""
    return files.script(_KEEP, *_kept_and_files(params))


def put_back(params: StageParams) -> Command:
    return files.script(_PUT_BACK, *_kept_and_files(params))


def _kept_and_files(params: StageParams) -> tuple[str, ...]:
    kept = layout.kept_folder(params.app_path, params.release, params.manifest.deployment)
    return kept, *staging.paths(params.app_path, params.release)


async def manifest_of(host: Host, params: StageParams) -> Release:
    path = layout.manifest_path(params.app_path, params.release)
    text = await host.read_text(path)
    if text is None:
        raise StepFailed(
            f"The release {params.release} is gone from {host.name}: {path} is missing.",
            hint="fraisier history shows other versions; any of them can be deployed again.",
        )
    return msgspec.json.decode(text, type=Release)
