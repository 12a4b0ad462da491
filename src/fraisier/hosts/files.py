"""Commands that change files. Contents travel on standard input; scripts are constants, values are arguments.

What replaces something is written beside it and renamed over it, so a reader sees the old or the new whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Final

import msgspec

from fraisier.model.command import Command, command
from fraisier.model.secret import Secret

_WRITE: Final = """\
set -e
umask 077
mode=$1
shift
clean() { while [ $# -gt 0 ]; do [ ! -e "$1.new.$$" ] || rm -f -- "$1.new.$$"; shift 2; done; }
trap 'clean "$@"' EXIT
trap 'exit 1' HUP INT TERM
[ "$mode" != 0644 ] || umask 022
fill() {
  while [ $# -gt 0 ]; do
    head --bytes="$2" > "$1.new.$$"
    case $mode in 0600 | 0644) ;; *) chmod -- "$mode" "$1.new.$$" ;; esac
    sync -- "$1.new.$$"
    shift 2
  done
}
place() { while [ $# -gt 0 ]; do mv -fT -- "$1.new.$$" "$1"; shift 2; done; }
fill "$@"
place "$@"
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
    return write_all({path: content}, mode=mode)


def write_all(contents: Mapping[str, str | Secret], *, mode: int = 0o644) -> Command:
    """As `write`, for some files. They take their places one after the other, once all are on the disk."""
    places = chain(*((path, str(_bytes(content))) for path, content in contents.items()))
    return msgspec.structs.replace(script(_WRITE, f"{mode:04o}", *places), stdin=tuple(contents.values()))


def _bytes(content: str | Secret) -> int:
    text = content.reveal() if isinstance(content, Secret) else content
    return len(text.encode("utf-8", "surrogateescape"))


def copy(source: str, path: str, *, mode: int = 0o644) -> Command:
    return script(_COPY, source, path, f"{mode:04o}")


def point(link: str, target: str) -> Command:
    """Make `link` a symbolic link to `target`. rename(2) makes it one instant."""
    return script(_POINT, link, target)


def unwrite(*paths: str) -> Command:
    """Remove files, and what a killed `write` or `copy` has left beside them."""
    return script('for path; do rm -f -- "$path" "$path".new.*; done', *paths)


def remove(*paths: str, deadline: float = 300.0) -> Command:
    """Remove files and whole folders, one after the other; what is not there is no error."""
    return command("rm", "-rf", "--", *paths, deadline=deadline)


def make_folder(*paths: str) -> Command:
    return command("mkdir", "-p", "--", *paths)


def remove_empty(folder: str) -> Command:
    """Remove a folder if nothing is in it; otherwise leave it."""
    return script('[ ! -d "$1" ] || rmdir --ignore-fail-on-non-empty -- "$1"', folder)
