"""Commands that change files. Contents travel on standard input; scripts are constants, values are arguments.

What replaces something is written beside it and renamed over it, so a reader sees the old or the new whole.
"""

from __future__ import annotations

from typing import Final

from fraisier.model.command import Command, command
from fraisier.model.secret import Secret

_WRITE: Final = """\
set -e
umask 077
new="$1.new.$$"
trap '[ ! -e "$new" ] || rm -f -- "$new"' EXIT
trap 'exit 1' HUP INT TERM
[ "$2" != 0644 ] || umask 022
cat > "$new"
case $2 in 0600 | 0644) ;; *) chmod -- "$2" "$new" ;; esac
sync -- "$new"
mv -fT -- "$new" "$1"
"""

_POINT: Final = """\
set -e
new="$1.new.$$"
trap '[ ! -e "$new" ] || rm -f -- "$new"' EXIT
trap 'exit 1' HUP INT TERM
ln -sT -- "$2" "$new"
mv -fT -- "$new" "$1"
"""

_COPY: Final = """\
set -e
umask 077
new="$2.new.$$"
trap '[ ! -e "$new" ] || rm -f -- "$new"' EXIT
trap 'exit 1' HUP INT TERM
cat -- "$1" > "$new"
chmod -- "$3" "$new"
sync -- "$new"
mv -fT -- "$new" "$2"
"""


def script(text: str, *arguments: str, stdin: str | Secret = "", deadline: float = 60.0) -> Command:
    """A constant POSIX script with its values as `$1`, `$2`, …"""
    return command("sh", "-c", text, "sh", *arguments, stdin=stdin, deadline=deadline)


def write(path: str, content: str | Secret, *, mode: int = 0o644) -> Command:
    """Make `path` hold exactly `content`. It is never readable by others before it has its mode."""
    return script(_WRITE, path, f"{mode:04o}", stdin=content)


def copy(source: str, path: str, *, mode: int = 0o644) -> Command:
    return script(_COPY, source, path, f"{mode:04o}")


def point(link: str, target: str) -> Command:
    """Make `link` a symbolic link to `target`. rename(2) makes it one instant."""
    return script(_POINT, link, target)


def unwrite(*paths: str) -> Command:
    """Remove files, and what a killed `write` or `copy` has left beside them."""
    return script('for path; do rm -f -- "$path" "$path".new.*; done', *paths)


def remove(*paths: str, deadline: float = 300.0) -> Command:
    """Remove files and whole folders; what is not there is no error."""
    return command("rm", "-rf", "--", *paths, deadline=deadline)


def make_folder(*paths: str) -> Command:
    return command("mkdir", "-p", "--", *paths)


def remove_empty(folder: str) -> Command:
    """Remove a folder if nothing is in it; otherwise leave it."""
    return script('[ ! -d "$1" ] || rmdir --ignore-fail-on-non-empty -- "$1"', folder)
