"""Running one command to its end, its deadline, or a SIGTERM to the supervisor.

A supervisor is a fork of the host runner in a session of its own. It is the reaper of everything its command
starts (prctl(2), PR_SET_CHILD_SUBREAPER), so a descendant may leave its group, its session and its parent, and
is still found. The command's own end leaves descendants alone: starting a daemon is an honest effect.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import pwd
import time

from fraisier.hosts.runner.files import raw, reason, write_all
from fraisier.hosts.runner.lean import dumps, signal
from fraisier.hosts.runner.processes import PATIENCE, descendants, processes, signal_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

GRACE = 5.0  # seconds between SIGTERM and SIGKILL
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NOT_FOUND, NOT_STARTED = 127, 126  # exit codes as shells give them
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None, use_errno=True)
WAKING = (signal.SIGCHLD, signal.SIGTERM)
RESET = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}


def fork_supervisor(work: Callable[[], dict[str, Any]], *keep: int) -> tuple[int, int]:
    """Run `work` in a detached fork that keeps only these descriptors open.

    Returns its pid, and a pipe on which it will say what `work` returned before it ends.
    """
    said, speak = os.pipe()
    pid = os.fork()
    if pid == 0:
        speak_last(work, speak, *keep)
    os.close(speak)
    return pid, said


def speak_last(work: Callable[[], dict[str, Any]], speak: int, *keep: int) -> NoReturn:
    """Whatever happens, this process never returns to the conversation it was forked from."""
    words = {"error": "failed", "message": "the supervisor of this command broke"}
    try:
        detach(speak, *keep)
        words = work()
    except (OSError, ValueError) as error:
        words = {"error": "failed", "message": reason(error)}
    finally:
        leave(speak, words)


def leave(speak: int, words: dict[str, Any]) -> NoReturn:
    try:
        os.write(speak, dumps(words).encode())
    finally:  # without a listener, the result file speaks
        os._exit(0)


def detach(*keep: int) -> None:
    """Leave the session and every other descriptor: the connection must be able to end without us."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WAKING)
    os.setsid()
    os.umask(0o022)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    for fd in [int(name) for name in os.listdir("/proc/self/fd")]:
        if fd not in (0, 1, 2, *keep):
            os.closerange(fd, fd + 1)  # does not mind that one was the listing's own
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int, number: int = signal.SIGTERM) -> None:
    """Get this signal when `parent`, which forked us, ends."""
    prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def prctl(option: int, value: int) -> None:
    if LIBC.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def supervise(request: dict[str, Any], output: int, started: Callable[[], None]) -> dict[str, Any]:
    """Run the command, telling `started` once it runs. Returns how it ended."""
    begin = time.monotonic()
    try:
        command = spawn(request, output)
    except (OSError, ValueError) as error:
        os.write(output, f"cannot start: {error}\n".encode("utf-8", "replace"))
        return ending(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_STARTED)
    finally:
        started()
    ended: dict[int, int] = {}
    timed_out = killed = False
    while command not in ended:
        woken = signal.sigtimedwait(WAKING, max(0.0, begin + request["deadline"] - time.monotonic()))
        reap(ended)
        if command not in ended and (woken is None or woken.si_signo == signal.SIGTERM):
            timed_out, killed = woken is None, woken is not None
            stop_descendants(ended, GRACE)
            break
    exit_code = ended.get(command, -signal.SIGKILL)
    return ending(exit_code, time.monotonic() - begin, timed_out=timed_out, killed=killed)


def ending(
    exit_code: int, seconds: float = 0.0, *, timed_out: bool = False, killed: bool = False
) -> dict[str, Any]:
    """How a command ended; `killed` means by a SIGTERM to its supervisor."""
    return {"exit_code": exit_code, "seconds": round(seconds, 3), "timed_out": timed_out, "killed": killed}


def spawn(request: dict[str, Any], output: int) -> int:
    """Start the command in a process group of its own, and feed its standard input."""
    env = environment(request["env"])
    os.environ["PATH"] = env["PATH"]  # where posix_spawnp searches
    os.chdir(request["cwd"] or "/")
    source, feed = os.pipe() if request["stdin"] else (os.open(os.devnull, os.O_RDONLY), None)
    pid = os.posix_spawnp(
        request["argv"][0],
        request["argv"],
        env,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, here, there) for here, there in ((source, 0), (output, 1), (output, 2))
        ],
        setpgroup=0,
        setsigmask=(),
        setsigdef=RESET,
    )
    os.close(source)
    if feed is not None:
        _thread.start_new_thread(pour, (raw(request["stdin"]), feed))
    return pid


def pour(data: bytes, feed: int) -> None:
    """Write it all, as fast as it is read; a command need not read what it is given."""
    try:
        write_all(feed, data)
    except BrokenPipeError:
        pass
    finally:
        os.close(feed)


def environment(extra: dict[str, str]) -> dict[str, str]:
    """PATH and HOME as this program has them, a fixed language, and what the command asks for."""
    path, home = os.environ.get("PATH"), os.environ.get("HOME")
    return {"PATH": path or DEFAULT_PATH, "HOME": home or home_of(os.getuid()), "LANG": "C.UTF-8", **extra}


def home_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_dir
    except KeyError:  # a user without a name
        return "/"


def reap(ended: dict[int, int]) -> bool:
    """Bury our dead children, and note their exit codes: negative for a signal. Whether any child lives."""
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return True
            ended[pid] = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    except ChildProcessError:
        return False


def stop_descendants(ended: dict[int, int], grace: float) -> None:
    """SIGTERM to all below us; SIGKILL after `grace` seconds, or when we are asked once more; wait for the end."""
    begin = time.monotonic()
    asked: set[int] = set()
    while reap(ended) and time.monotonic() < begin + grace + PATIENCE:
        below = set(descendants(os.getpid(), processes()))
        signal_all(below - asked, signal.SIGTERM)
        asked |= below
        if time.monotonic() >= begin + grace:
            signal_all(below, signal.SIGKILL)
        woken = signal.sigtimedwait(WAKING, 0.05)
        if woken and woken.si_signo == signal.SIGTERM:
            grace = 0.0
