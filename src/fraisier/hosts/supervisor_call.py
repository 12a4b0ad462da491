"""Speaks with the one supervisord of a lane, and starts or ends it. A program of its own, run on the host:

    python -E -P -m fraisier.hosts.supervisor_call start|stop|remove FOLDER PROGRAM STOP_TIMEOUT

FOLDER is the private folder of the lane. It ends with 0, or with 1 and one line about what is wrong.
All three may be repeated. XML-RPC over the Unix socket takes a few milliseconds where supervisorctl takes 90.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from typing import Any, Final
from xmlrpc.client import Error, Fault

from fraisier.hosts import apart, launch, supervisor_rpc
from fraisier.hosts.processes import Process, command_line, descendants, end, gone, living, wait_until
from fraisier.hosts.supervisor_names import (
    CONF,
    LAUNCH,
    PYTHON,
    PYTHON_FLAGS,
    SERVICE_RECORD,
    SOCKET,
    SUPERVISORD_RECORD,
)
from fraisier.hosts.supervisor_rpc import ANSWERLESS, Proxy

STARTS_WITHIN: Final = 15.0  # seconds; 0.1 on a quiet machine
ENDS_WITHIN: Final = 10.0
SOCKET_PATH_LIMIT: Final = 107 - len(".4194304")  # supervisord binds a name with its pid first, then renames
BAD_NAME, ALREADY_STARTED, NOT_RUNNING = 10, 60, 70
FAILED: Final = ("BACKOFF", "EXITED", "FATAL")


class Trouble(Exception):
    """What to tell the person who deploys."""


class Lane:
    """The supervisord of one lane, by what it left in its folder."""

    def __init__(self, folder: str, program: str, stop_timeout: str) -> None:
        self.folder = Path(folder)
        self.program = program
        self.stop_timeout = float(stop_timeout)

    @property
    def supervisord(self) -> Process | None:
        return living(self.folder / SUPERVISORD_RECORD)

    @property
    def proxy(self) -> Proxy | None:
        """The way to a living supervisord that answers."""
        process = self.supervisord  # first: once it is known, its record is whole
        socket = supervisor_rpc.record(self.folder / SUPERVISORD_RECORD).get("socket")
        if process is None or socket is None:
            return None
        proxy = Proxy(socket, patience=self.stop_timeout + ENDS_WITHIN)
        try:
            return proxy if proxy.supervisor.getPID() == process.pid else None
        except ANSWERLESS:
            return None

    def service(self) -> list[Process]:
        """Every living process of the service, also when its supervisord is gone and cannot tell."""
        supervisord, main = self.supervisord, living(self.folder / SERVICE_RECORD)
        found = descendants(supervisord) if supervisord else []
        return list(dict.fromkeys([*found, *([main, *descendants(main)] if main else [])]))


def start(lane: Lane) -> None:
    """Start the program from the live configuration, under a supervisord of this installation's Python.

    It does not wait for `startsecs`: whether the service is well is for others to judge.
    """
    proxy = _usable(lane) or _begin(lane)
    _reload(proxy)
    try:
        proxy.supervisor.startProcess(lane.program, False)
    except Fault as fault:
        if fault.faultCode != ALREADY_STARTED:
            raise
    _see_it_become(lane, proxy)


def stop(lane: Lane) -> None:
    """Stop the program and everything that came from it, and see it gone."""
    processes = lane.service()
    if proxy := lane.proxy:
        try:
            proxy.supervisor.stopProcess(lane.program)
        except Fault as fault:
            if fault.faultCode not in {NOT_RUNNING, BAD_NAME}:
                raise
    elif supervisord := lane.supervisord:
        end([supervisord], patience=lane.stop_timeout + ENDS_WITHIN)
    end([*processes, *lane.service()], patience=lane.stop_timeout)


def remove(lane: Lane) -> None:
    """Stop the program, end its supervisord, and remove what both have left, except for the logs."""
    stop(lane)
    _end_supervisord(lane)
    socket = supervisor_rpc.record(lane.folder / SUPERVISORD_RECORD).get("socket")
    names = (CONF, "supervisord.pid", SUPERVISORD_RECORD, SERVICE_RECORD)
    for path in [*(lane.folder / name for name in names), *([Path(socket)] if socket else [])]:
        path.unlink(missing_ok=True)


def _usable(lane: Lane) -> Proxy | None:
    """The running supervisord, if it answers and was started by this very installation of Fraisier."""
    known = supervisor_rpc.record(lane.folder / SUPERVISORD_RECORD)
    proxy = lane.proxy
    if proxy and known.get("python") == sys.executable and known.get("launch") == launch.__file__:
        return proxy
    stop(lane)
    _end_supervisord(lane)
    return None


def _end_supervisord(lane: Lane) -> None:
    process = lane.supervisord
    if process is None:
        return
    if proxy := lane.proxy:
        proxy.supervisor.shutdown()
        wait_until(lambda: gone(process), ENDS_WITHIN)
    end([process], patience=ENDS_WITHIN)


def _begin(lane: Lane) -> Proxy:
    """Start a supervisord in a session of its own. It leaves its record before it is one, so none gets lost."""
    if not (lane.folder / CONF).is_file():
        raise Trouble(f"{lane.folder / CONF} is missing: no release is installed there; deploy again")
    socket = _socket_path(lane.program)
    said = lane.folder / "supervisord.out"
    pid = os.fork()
    if pid == 0:
        _become_supervisord(lane, socket, said)
    proxy = wait_until(lambda: lane.proxy or _exited(pid), STARTS_WITHIN)
    if not isinstance(proxy, Proxy):
        lines = said.read_text(encoding="utf-8", errors="replace").strip() if said.exists() else ""
        raise Trouble(
            f"supervisord did not start: {lines or 'it does not answer'}; see {lane.folder}/supervisord.log"
        )
    return proxy


def _become_supervisord(lane: Lane, socket: str, said: Path) -> None:
    try:
        os.setsid()
        os.chdir(lane.folder)
        more = {"socket": socket, "python": sys.executable, "launch": launch.__file__}
        launch.remember(lane.folder / SUPERVISORD_RECORD, **more)
        _let_go_of_files(said)
        env = {name: os.environ[name] for name in launch.BASE if name in os.environ}
        env |= apart.environment()
        env |= {SOCKET: socket, PYTHON: sys.executable, LAUNCH: launch.__file__}
        argv = [sys.executable, *PYTHON_FLAGS, "-m", "supervisor.supervisord", "-c", str(lane.folder / CONF)]
        argv = [*apart.prefix(), *argv, *_as_user()]
        os.execvpe(argv[0], argv, env)  # noqa: S606 - no shell is wanted
    except OSError as error:
        said.write_text(f"{error}\n", encoding="utf-8")
    finally:
        os._exit(launch.NOT_FOUND)


def _let_go_of_files(said: Path) -> None:
    """Keep nothing of whoever started us: not a pipe that somebody reads to its end, not a lock."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for source, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(source, target)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _as_user() -> list[str]:
    """A root that has not been named gets a warning from supervisord; nobody else may be named."""
    return ["-u", pwd.getpwuid(0).pw_name] if os.geteuid() == 0 else []


def _exited(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def _reload(proxy: Proxy) -> None:
    """Make supervisord know the program as the file says now; what it knew otherwise is stopped first."""
    ((added, changed, removed),) = proxy.supervisor.reloadConfig()
    for group in [*changed, *removed]:
        proxy.supervisor.stopProcessGroup(group)
        proxy.supervisor.removeProcessGroup(group)
    for group in [*changed, *added]:
        proxy.supervisor.addProcessGroup(group)


def _see_it_become(lane: Lane, proxy: Proxy) -> None:
    """Wait until the launcher has become the service, or has ended because it could not."""
    state = wait_until(lambda: _settled(lane, proxy.supervisor.getProcessInfo(lane.program)), STARTS_WITHIN)
    if state in FAILED:
        raise Trouble(f"{lane.program} ended at once ({state})")


def _settled(lane: Lane, info: dict[str, Any]) -> str | None:
    """The state of the program as soon as it is more than a launcher on its way; None until then."""
    if info["statename"] in FAILED:
        return str(info["statename"])
    main = living(lane.folder / SERVICE_RECORD)
    if main is None or main.pid != info["pid"]:
        return None
    words = command_line(main)
    return str(info["statename"]) if words and launch.__file__ not in words else None


def _socket_path(program: str) -> str:
    """A short place that only this user can enter. Raises `Trouble` when there is none."""
    uid = os.geteuid()
    wanted = ["/run/fraisier" if uid == 0 else f"/run/user/{uid}/fraisier", f"/tmp/fraisier-{uid}"]  # noqa: S108
    reasons = []
    for folder in wanted:
        path = f"{folder}/{program.removeprefix('fraisier-')}.sock"
        try:
            _make_private(Path(folder), uid)
        except OSError as error:
            reasons.append(str(error))
        else:
            if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
                return path
            reasons.append(f"{path} is too long for a socket")
    raise Trouble("no folder for supervisord's socket: " + "; ".join(reasons))


def _make_private(folder: Path, uid: int) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if folder.is_symlink() or seen.st_uid != uid or seen.st_mode & 0o077:
        raise PermissionError(f"{folder} must be a folder of user {uid} with mode 0700")


OPERATIONS: Final = {"start": start, "stop": stop, "remove": remove}


def main() -> int:
    operation, folder, program, stop_timeout = sys.argv[1:]
    try:
        OPERATIONS[operation](Lane(folder, program, stop_timeout))
    except (Trouble, Error, OSError) as error:
        print(getattr(error, "faultString", None) or error, file=sys.stderr)  # noqa: T201 - a program speaks
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
