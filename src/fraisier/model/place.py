"""The machines of a deployment, as data: how each is called, reached, and where it keeps its side of the fence."""

from __future__ import annotations

from typing import Final

import msgspec

HERE: Final = (
    "(here)"  # no host can be called that: the machine Fraisier runs on, where another one is the target
)


class Ssh(msgspec.Struct, frozen=True, kw_only=True):
    """The way to a machine over SSH. What is None is for ~/.ssh/config to say, or SSH's own default.

    `key` is the path of a private key on the machine that Fraisier runs on.
    """

    host: str
    user: str | None = None
    port: int | None = None
    key: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One machine. Steps name it; without `ssh` it is the one that Fraisier runs on.

    `folder` is where it keeps its side of the fence.
    """

    name: str = ""
    ssh: Ssh | None = None
    folder: str = ""
