"""Commands as another user of the host; only root may do that."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import files
from fraisier.model.command import Command
from fraisier.model.host import Host

# setpriv(1) becomes the command and opens no session, so that signals and exit codes are the command's own.
_RUN: Final = (
    'user=$1; shift; HOME=$(getent passwd -- "$user" | cut -d: -f6); export HOME; '
    'exec setpriv --reuid="$user" --regid="$(id -g -- "$user")" --init-groups -- "$@"'
)
_CONFINED: Final = ("setpriv", "--no-new-privs", "--")
_CONFINE: Final = Path(__file__).with_name("confine.py")  # sent there, never imported here
_OWN: Final = 'exec chown -R -h -- "$1:$(id -g -- "$1")" "$2"'
_WHO: Final = 'id -u; id -u -- "$1"'


def as_user(what: Command, user: str | None, *, confined: bool = False) -> Command:
    """The same command, run by `user` with that user's groups and HOME. None: by whoever runs Fraisier.

    `confined`: nothing it starts can become anybody else, not by sudo(8) either; see PR_SET_NO_NEW_PRIVS in prctl(2).
    """
    if user is None:
        return what
    argv = (*_CONFINED, *what.argv) if confined else what.argv
    return msgspec.structs.replace(what, argv=("sh", "-c", _RUN, "sh", user, *argv))


def walled(what: Command, user: str, folders: tuple[str, ...]) -> Command:
    """The same command, run by `user`, who can write in `folders` only. See `confine`."""
    program = _CONFINE.read_text(encoding="utf-8")
    words = (user, what.cwd or folders[0], str(len(folders)), *folders, *what.argv)
    return msgspec.structs.replace(what, argv=("python3", "-I", "-S", "-c", program, *words))


def give(folder: str, user: str) -> Command:
    """Make a folder, and everything in it, the user's."""
    return files.script(_OWN, user, folder, deadline=600)


async def refuse_user(host: Host, user: str) -> None:
    """Raises `StepFailed` when nothing can run as this user there."""
    seen = await host.look(files.script(_WHO, user, deadline=20))
    if seen.output.split()[:1] != ["0"]:
        raise StepFailed(
            f"Only root can run a service as {user}, and Fraisier is not root on {host.name}.",
            hint=f"Run Fraisier as root, or as {user} without `user:` in fraises.yaml.",
        )
    if seen.exit_code != 0:
        raise StepFailed(
            f"There is no user called {user} on {host.name}.",
            hint=f"useradd --system --create-home {user}, or name another user in fraises.yaml.",
        )
