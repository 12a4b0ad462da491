"""The fence of one lane: a folder that knows the newest token, and what each token has done.

fence.lock  held while somebody compares, records and starts; never longer
fence.json  whose lane it is, the highest token seen, and since which start of the machine
effects/    TOKEN.EFFECT.json (its supervisor), .log (its output), .result (how it ended), and the reserve
"""

from __future__ import annotations

import fcntl
import os
import time

from fraisier.hosts.runner.files import read_json
from fraisier.hosts.runner.processes import PATIENCE, boot_id, end_all
from fraisier.hosts.runner.reserve import Reserve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEPT_TOKENS = 5


class Refused(Exception):
    """An answer other than the one asked for: `code` for the program that asked, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Fence:
    """What a request says about its lane: installation, lane, token and the lane's folder here."""

    def __init__(self, request: dict[str, Any]) -> None:
        said = request["fence"]
        self.installation_id, self.lane, self.token = (
            said["installation_id"],
            said["lane"],
            int(said["token"]),
        )
        self.folder = said["folder"]
        self.file = os.path.join(self.folder, "fence.json")
        self.effects = os.path.join(self.folder, "effects")
        self.reserve = Reserve(self.effects)

    def enter(self) -> int:
        """Take the lane's lock and pass; what an older token left running is ended first. Returns the lock."""
        lock = take_lock(self.folder)
        try:
            self.compare()
        except BaseException:
            os.close(lock)
            raise
        return lock

    def compare(self) -> None:
        """Raises `Refused` for an older token, another installation, or a fence nobody can read."""
        stored = read_json(self.file)
        if stored is None and os.path.exists(self.file):
            raise Refused(
                "failed", f"{self.file} is damaged: restore it, or remove it when nothing runs in {self.lane}"
            )
        if stored and stored["installation_id"] != self.installation_id:
            raise self.foreign(stored["installation_id"])
        self.refuse_older(stored)
        if stored is None or stored["token"] < self.token:
            self.pass_first()

    def adopt(self) -> int:
        """As `enter`, and take the fence from another installation, or mend a damaged one. Returns the lock."""
        lock = take_lock(self.folder)
        try:
            self.refuse_older(read_json(self.file))
            self.pass_first()
        except BaseException:
            os.close(lock)
            raise
        return lock

    def refuse_older(self, stored: dict[str, Any] | None) -> None:
        if stored and stored["token"] > self.token:
            raise self.stale(stored["token"])

    def pass_first(self) -> None:
        """Whatever passed here before may not pass again."""
        self.end_older()
        self.store()
        self.prune()
        self.reserve.fill()

    def store(self) -> None:
        """Must survive a power loss. Records and results need not: another boot id makes them lost anyway."""
        stored = {"installation_id": self.installation_id, "lane": self.lane, "token": self.token}
        self.reserve.write_json(self.file, dict(stored, boot_id=boot_id()), durable=True)

    def machine_restarted(self) -> bool:
        """Whether the machine went down since this token first passed here."""
        return (read_json(self.file) or {}).get("boot_id") != boot_id()

    def stale(self, newest: int) -> Refused:
        return Refused(
            "stale", f"a newer deployment (token {newest}) owns {self.lane} here; this one has {self.token}"
        )

    def foreign(self, owner: str) -> Refused:
        words = f"{self.lane} belongs here to another installation of Fraisier ({owner}), says {self.file}"
        return Refused("foreign", f"{words}; if that one is gone, take over with `fraisier fence adopt`")

    def older(self) -> dict[int, list[str]]:
        """The files of tokens before this one."""
        found: dict[int, list[str]] = {}
        try:
            names = os.listdir(self.effects)
        except FileNotFoundError:
            return found
        for name in names:
            token = name.partition(".")[0]
            if token.isdigit() and int(token) < self.token:
                found.setdefault(int(token), []).append(os.path.join(self.effects, name))
        return found

    def end_older(self) -> None:
        """What has a record and no result still runs, or may."""
        files = {file for files in self.older().values() for file in files}
        bases = [file[: -len(".json")] for file in files if file.endswith(".json")]
        records = [read_json(base + ".json") for base in bases if base + ".result" not in files]
        end_all([record for record in records if record])

    def prune(self) -> None:
        older = self.older()
        for token in sorted(older)[:-KEPT_TOKENS]:
            for file in older[token]:
                os.unlink(file)


def take_lock(folder: str) -> int:
    """The locked fence file; its folder is made when it is first needed, for nobody else to read."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock = os.open(os.path.join(folder, "fence.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Refused(
            "failed", f"user {os.getuid()} must be able to write in {folder}: {error.strerror}"
        ) from error
    limit = time.monotonic() + PATIENCE
    while not locked(lock):
        if time.monotonic() > limit:
            os.close(lock)
            raise Refused("failed", f"another process held {folder}/fence.lock for {PATIENCE:.0f} seconds")
        time.sleep(0.002)
    return lock


def locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
