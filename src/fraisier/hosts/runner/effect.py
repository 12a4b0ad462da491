"""An effect: a command that changes the machine, of which the fence folder says that it began and how it ended."""

from __future__ import annotations

import os

from fraisier.hosts.runner.fence import Fence, Refused
from fraisier.hosts.runner.files import hide, raw, read_json, read_tail
from fraisier.hosts.runner.lean import is_name
from fraisier.hosts.runner.log import Log
from fraisier.hosts.runner.processes import alive, end_all, identity
from fraisier.hosts.runner.supervision import fork_supervisor, supervise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Effect:
    """One key of one token. Its record is written before it starts, its result when it has ended, each once."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request, self.fence, self.key = request, Fence(request), request["effect"]
        if not is_name(self.key, "_-", 100):
            raise ValueError(
                f"an effect is named with at most 100 letters, digits, - and _, not {self.key!r}"
            )
        base = os.path.join(self.fence.effects, f"{self.fence.token}.{self.key}")
        self.record_file, self.result_file, self.log = base + ".json", base + ".result", base + ".log"

    def record(self) -> dict[str, Any] | None:
        return read_json(self.record_file)

    def runs(self) -> bool:
        return alive(self.record())

    def settled(self) -> bool:
        return read_json(self.result_file) is not None

    def begun(self) -> bool:
        """Whether it may have run before; after a restart of the machine, a missing record proves nothing."""
        return self.record() is not None or self.fence.machine_restarted()

    def settle(self, result: dict[str, Any]) -> None:
        self.fence.reserve.write_json(self.result_file, result)

    def shown(self, argv: list[str]) -> list[str]:
        """A command as it may be shown and stored."""
        return [hide(raw(word), self.request["hide"]).decode("utf-8", "replace") for word in argv]

    def refuse_another_command(self) -> None:
        """Raises `Refused`. The record is masked again: more secrets may be known than when it was written."""
        record = self.record()
        if record and self.shown(record["argv"]) != self.shown(self.request["argv"]):
            words = " ".join(record["argv"])
            raise Refused("failed", f"effect {self.key} of this deployment was another command: {words}")

    def start(self, lock: int) -> tuple[int, int]:
        """Fork its supervisor; returns what `fork_supervisor` does.

        The fork inherits the lock and gives it back once the effect is recorded and started: nobody can pass
        the fence in between, even if this program dies.
        """
        return fork_supervisor(lambda: self.run(lock), lock)

    def run(self, lock: int) -> dict[str, Any]:
        """Record, start and settle it; this is the supervisor's whole life."""
        log, reserve = Log(self.log), self.fence.reserve
        record = dict(identity(os.getpid()), argv=self.shown(self.request["argv"]))
        reserve.write_json(self.record_file, record)
        reserve.level()
        result = supervise(self.request, log.fd, lambda: os.close(lock))
        log.settle(self.request["hide"], reserve)
        self.settle(result)
        return result

    def answer(self, said: dict[str, Any] | None) -> dict[str, Any]:
        """How it ended: in its supervisor's own words if they were heard, else as the folder remembers it.

        Takes the lock when somebody killed it: whoever did so for a newer token has raised it by then.
        """
        result = said or read_json(self.result_file) or self.lose()
        if "error" in result:
            raise Refused(result["error"], result["message"])
        if result["killed"]:
            os.close(self.fence.enter())
        return dict(result, output=read_tail(self.log)[0].decode("utf-8", "replace"))

    def lose(self) -> dict[str, Any]:
        """Settle an effect whose end nobody saw: it is never run again, and what is left of it is ended."""
        record = self.record()
        end_all([record] if record else [])
        words, why = (
            " ".join(self.shown(self.request["argv"])),
            "its supervisor was killed, or the machine restarted",
        )
        lost = {"error": "lost", "message": f"nobody knows how `{words}` ended: {why}"}
        self.settle(lost)
        return lost
