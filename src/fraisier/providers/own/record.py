"""What one of the user's providers was told to run, remembered beside the fence: nobody else could be asked."""

from __future__ import annotations

from pathlib import PurePosixPath

import msgspec

from fraisier.errors import DeploymentError
from fraisier.hosts import files
from fraisier.hosts.effect import effect
from fraisier.model.host import Host
from fraisier.model.release import Release


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """`releases` were live before or are, oldest first; `live` is the name of one of them.

    `begun` is the release that the provider was last asked for and has not answered about.
    """

    releases: tuple[Release, ...] = ()
    live: str | None = None
    begun: str | None = None

    @property
    def live_release(self) -> Release | None:
        return next((one for one in self.releases if one.name == self.live), None)

    @property
    def before_live(self) -> str | None:
        """The release that went live before the one that is."""
        names = [one.name for one in self.releases]
        place = names.index(self.live) if self.live in names else 0
        return names[place - 1] if place else None

    def beginning(self, name: str) -> Record:
        return msgspec.structs.replace(self, begun=name)

    def arrived(self, release: Release, keep: int) -> Record:
        """`release` is the live one; of those that were, `keep` are remembered."""
        known = release.name in {one.name for one in self.releases}
        releases = self.releases if known else (*self.releases, release)
        return Record(releases=releases[-keep:], live=release.name)

    def left(self, failed: str, live: str | None) -> Record:
        """`failed` is forgotten, `live` is what is live again; None: nothing is."""
        return Record(releases=tuple(one for one in self.releases if one.name != failed), live=live)


def path(folder: str) -> str:
    return str(PurePosixPath(folder) / "live.json")


async def read(host: Host, folder: str) -> Record:
    """Raises `DeploymentError` for a record that cannot be read."""
    text = await host.read_text(path(folder))
    try:
        return msgspec.json.decode(text, type=Record) if text else Record()
    except msgspec.MsgspecError as error:
        raise DeploymentError(
            f"{path(folder)} cannot be read: {error}", hint="Remove it and deploy again."
        ) from error


async def write(host: Host, folder: str, record: Record) -> None:
    content = msgspec.json.encode(record).decode()
    await effect(host, files.write(path(folder), content, mode=0o600), f"Writing {path(folder)}")
