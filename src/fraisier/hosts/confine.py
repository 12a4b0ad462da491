"""Run one command as a user who can write nowhere but in named folders, and who leaves no process behind.

`python3 -I -S -c SOURCE USER CWD COUNT FOLDER... ARGV...`, as root, with only the standard library. See
mount_namespaces(7), pid_namespaces(7) and mount_setattr(2), which needs Linux 5.12. Environment and descriptors are
the caller's; /tmp, /var/tmp and /dev/shm are new and empty, and go away with the command.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, ATTR_RDONLY, ATTR_NOSUID = 442, -100, 0x8000, 1, 2
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
NOT_STARTED, SIGNALLED = 126, 128
OWN = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - made new, not used as they are


class Attributes(ctypes.Structure):
    """`struct mount_attr` of mount_setattr(2)."""

    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns_fd"))


def checked(answer: int, doing: str) -> None:
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    words = [os.fsencode(word) if word is not None else None for word in (source, target, kind)]
    checked(LIBC.mount(*words, ctypes.c_ulong(flags), data.encode()), f"mounting {target}")


def attributes(path: str, *, put: int = 0, clear: int = 0) -> None:
    """Of the mount at `path` and all below it."""
    wanted = Attributes(put, clear, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(wanted))
    where = (SYS_MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), AT_RECURSIVE)
    checked(
        LIBC.syscall(*where, ctypes.byref(wanted), size), f"mount_setattr of {path} (Linux 5.12 or later)"
    )


def wall(folders: list[str]) -> None:
    """Only `folders` stay writable. Each is found before the new /tmp hides it."""
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    found = [os.open(folder, os.O_PATH | os.O_DIRECTORY) for folder in folders]
    attributes("/", put=ATTR_RDONLY | ATTR_NOSUID)
    for own in OWN:
        if os.path.isdir(own):
            mount("tmpfs", own, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    for folder, fd in zip(folders, found):
        os.makedirs(folder, exist_ok=True)
        mount(f"/proc/self/fd/{fd}", folder, None, MS_BIND | MS_REC)
        attributes(folder, clear=ATTR_RDONLY)
        os.close(fd)


def become(user: str) -> None:
    who = pwd.getpwnam(user)
    os.initgroups(user, who.pw_gid)
    os.setgid(who.pw_gid)
    os.setuid(who.pw_uid)
    os.environ["HOME"] = who.pw_dir
    checked(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def start(user: str, cwd: str, argv: list[str]) -> NoReturn:
    """The command itself. Its folder is entered again, for the one inherited is outside of the walls."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        os.get_exec_path()  # imports what this user may not be able to read
        become(user)
        os.chdir(cwd)
        os.execvp(argv[0], argv)  # noqa: S606
    except OSError as error:
        refuse(error)


def first(user: str, cwd: str, folders: list[str], argv: list[str]) -> NoReturn:
    """Process 1 of the namespace: with its end the kernel ends everything in it.

    Whoever stops the command signals every descendant, so a SIGTERM is for the command alone.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    try:
        wall(folders)
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
    except OSError as error:
        refuse(error)
    command = os.fork()
    if command == 0:
        start(user, cwd, argv)
    ended, status = os.wait()
    while ended != command:
        ended, status = os.wait()
    os._exit(code(status))


def code(status: int) -> int:
    """As shells give it: 128 and the number of the signal."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else SIGNALLED + os.WTERMSIG(status)


def refuse(error: OSError) -> NoReturn:
    about = f"{error.filename}: " if error.filename else ""
    sys.stderr.write(f"cannot start in a sandbox: {about}{error.strerror}\n")
    sys.stderr.flush()
    os._exit(NOT_STARTED)


def main(user: str, cwd: str, count: str, *rest: str) -> None:
    folders, argv = list(rest[: int(count)]), list(rest[int(count) :])
    try:
        checked(LIBC.unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID), "unshare")
    except OSError as error:
        refuse(error)
    inner = os.fork()
    if inner == 0:
        first(user, cwd, folders, argv)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os._exit(code(os.waitpid(inner, 0)[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
