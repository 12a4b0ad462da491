"""What the releases of a lane have done to the application's database, oldest first: a file beside the fence."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.errors import DeploymentError
from fraisier.hosts import files, layout
from fraisier.hosts.effect import effect
from fraisier.model.host import Host

REMEMBERED: Final = 1000  # releases; nobody returns to older ones


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """One release migrated. `before` is where the database stood; `open`: nobody has seen it end.

    `leaving`: it is being taken back. `rebuilt`: everything was dropped, so nothing takes it back.
    """

    release: str
    before: str = ""
    open: bool = False
    leaving: bool = False
    rebuilt: bool = False


def path(app_path: str) -> str:
    return f"{layout.private_folder(app_path)}/schema.json"


async def read(host: Host, app_path: str) -> tuple[Applied, ...]:
    """Raises `DeploymentError` for a file that was changed by hand."""
    text = await host.read_text(path(app_path))
    try:
        return msgspec.json.decode(text, type=tuple[Applied, ...]) if text else ()
    except msgspec.MsgspecError as error:
        raise DeploymentError(
            f"{path(app_path)} on {host.name} cannot be read: {error}",
            hint="It says which releases have migrated; remove it when you know where the database stands.",
        ) from error


async def write(host: Host, app_path: str, applied: tuple[Applied, ...]) -> None:
    doing = "Writing down what was migrated"
    await effect(host, files.make_folder(layout.private_folder(app_path)), doing)
    await effect(host, files.write(path(app_path), msgspec.json.encode(applied).decode(), mode=0o600), doing)


def of(applied: tuple[Applied, ...], release: str) -> Applied | None:
    return next((one for one in applied if one.release == release), None)


def without(applied: tuple[Applied, ...], release: str) -> tuple[Applied, ...]:
    return tuple(one for one in applied if one.release != release)


def put(applied: tuple[Applied, ...], entry: Applied) -> tuple[Applied, ...]:
    """With this entry instead of an earlier one of its release; in the order of releases."""
    everything = (*without(applied, entry.release), entry)
    return tuple(sorted(everything, key=lambda one: layout.age(one.release)))[-REMEMBERED:]
