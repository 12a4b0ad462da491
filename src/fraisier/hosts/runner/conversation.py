"""One connection: requests in, answers out, many open at once. It never waits for a command to end.

A request is `{"id", "do", …}`, an answer `{"id", "value"}` or `{"id", "error", "message"}`. When the input ends
the program ends: effects go on without it, looks die with it.
"""

from __future__ import annotations

import gc
import os
import select

from fraisier.hosts.runner.effect import Effect
from fraisier.hosts.runner.fence import Fence, Refused
from fraisier.hosts.runner.files import Stream, Tail, raw, read_all, reason, write_all
from fraisier.hosts.runner.lean import dumps, loads, signal
from fraisier.hosts.runner.reading import READS
from fraisier.hosts.runner.receiving import receive
from fraisier.hosts.runner.supervision import (
    GRACE,
    die_with,
    ending,
    fork_supervisor,
    stop_descendants,
    supervise,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CHUNK = 1024 * 1024
UNSENT: list[bytes] = []
ATTACHED_EVERY = 50  # milliseconds between two looks at effects that another connection started


class Conversation:
    """`watched` holds what will be read, `attached` the effects whose supervisors are not our children."""

    def __init__(self) -> None:
        self.poll = select.poll()
        self.watched: dict[int, Callable[[], None]] = {}
        self.attached: list[tuple[int, Effect]] = []
        self.over, self.unread = False, bytearray()
        self.secrets: list[bytes] = []

    def hold(self) -> None:
        send({"ready": os.getpid()})
        self.watch(0, self.listen)
        while not self.over:
            flush()
            for fd, _ in self.poll.poll(ATTACHED_EVERY if self.attached else None):
                if fd in self.watched:
                    self.watched[fd]()
            for one in [one for one in self.attached if not one[1].runs()]:
                self.attached.remove(one)
                answer(one[0], one[1].answer, None)

    def listen(self) -> None:
        data = os.read(0, CHUNK)
        self.over = not data
        self.unread += data
        if b"\n" in data:
            *lines, self.unread = self.unread.split(b"\n")
            for line in lines:
                request = loads(line)
                answer(request["id"], self.do, request)

    def do(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """What is asked, or None when the answer comes later."""
        if request["do"] in READS:
            return READS[request["do"]](request)
        if "hide" in request:
            request["hide"] = self.all_secrets(request["hide"])
        doing = {"run": self.run, "kill": self.kill, "look": self.look, "get": self.ask, "connect": self.ask}
        doing.update(raise_fence=raise_fence, adopt_fence=adopt_fence, receive=receive)
        return doing[request["do"]](request)

    def all_secrets(self, more: list[str]) -> list[bytes]:
        """What may stand in no file and no answer, in every form it can take, the longest first.

        A question brings only what none has brought before it.
        """
        if more:
            self.secrets = sorted({*self.secrets, *map(raw, more)}, key=len, reverse=True)
        return self.secrets

    def run(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Start an effect, attach to it while it runs, or say how it ended. It starts at most once."""
        effect = Effect(request)
        lock = effect.fence.enter()
        try:
            effect.refuse_another_command()
            if effect.runs():
                self.attached.append((request["id"], effect))
                return None
            if not effect.settled():
                if effect.begun():
                    effect.lose()
                    effect.fence.store()
                else:
                    self.start(effect, lock)
                    return None
        finally:
            os.close(lock)
        return effect.answer(None)

    def start(self, effect: Effect, lock: int) -> None:
        supervisor, said = effect.start(lock)
        number = effect.request["id"]
        self.watch(said, lambda: answer(number, lambda: effect.answer(self.heard(said, supervisor))))

    def kill(self, request: dict[str, Any]) -> None:
        """Stop an effect and answer when it is gone; one that has not begun never will."""
        effect = Effect(request)
        lock = effect.fence.enter()
        try:
            record = effect.record()
            if record and effect.runs():
                os.kill(record["pid"], signal.SIGTERM)
            elif not record and not effect.settled():
                effect.settle(ending(-signal.SIGTERM, killed=True))
        finally:
            os.close(lock)
        self.attached.append((request["id"], effect))

    def look(self, request: dict[str, Any]) -> None:
        """Run a command that changes nothing. It ends with this program, and leaves nothing running.

        With `follow` its output comes in messages of its own, `{"id", "more"}`, as it is written.
        """
        source, into = os.pipe()
        parent = os.getpid()
        supervisor, said = fork_supervisor(lambda: watch_over(request, into, parent), into)
        os.close(into)
        number = request["id"]
        tail = (
            Stream(source, lambda more: send({"id": number, "more": more}))
            if request.get("follow")
            else Tail(source, request["hide"])
        )

        def finish() -> dict[str, Any]:
            result = self.heard(said, supervisor) or ending(-signal.SIGKILL, killed=True)
            self.unwatch(source)
            output = tail.close()
            if "error" in result:
                raise Refused(result["error"], result["message"])
            return dict(result, output=output)

        self.watch(source, lambda: None if tail.read() else self.unwatch(source))
        self.watch(said, lambda: answer(request["id"], finish))

    def ask(self, request: dict[str, Any]) -> None:
        """Ask an address of the network; no answer in time is one, too."""
        try:
            from fraisier.hosts.runner.network import ask, prepare  # noqa: PLC0415 - it brings much along

            prepare(request)
        except ImportError as error:
            raise Refused("failed", f"the Python of this machine is not whole: {error}") from None
        parent = os.getpid()
        child, said = fork_supervisor(lambda: ask(request, parent))

        def finish() -> dict[str, Any]:
            words = self.heard(said, child)
            return {"trouble": "late"} if words is None else words

        self.watch(said, lambda: answer(request["id"], finish))

    def watch(self, fd: int, when_ready: Callable[[], None]) -> None:
        self.watched[fd] = when_ready
        self.poll.register(fd, select.POLLIN)

    def unwatch(self, fd: int) -> None:
        if self.watched.pop(fd, None):
            self.poll.unregister(fd)

    def heard(self, said: int, supervisor: int) -> dict[str, Any] | None:
        """A supervisor's last words; None when it was killed before it could speak."""
        self.unwatch(said)
        words = read_all(said)
        os.close(said)
        os.waitpid(supervisor, 0)
        spoken: dict[str, Any] | None = loads(words) if words else None
        return spoken


def watch_over(request: dict[str, Any], output: int, parent: int) -> dict[str, Any]:
    """The whole life of a look's supervisor."""
    die_with(parent)
    result = supervise(request, output, lambda: None)
    stop_descendants({}, GRACE)
    return result


def raise_fence(request: dict[str, Any]) -> dict[str, Any]:
    """End what older tokens left running, and refuse them from now on."""
    fence = Fence(request)
    os.close(fence.enter())
    return {"token": fence.token}


def adopt_fence(request: dict[str, Any]) -> dict[str, Any]:
    """Make the lane's fence this installation's, whoever had it."""
    fence = Fence(request)
    os.close(fence.adopt())
    return {"token": fence.token}


def answer(number: int, work: Callable[..., dict[str, Any] | None], *arguments: Any) -> None:
    """Send what `work` returns or raises; for None, somebody else will answer."""
    try:
        value = work(*arguments)
    except Refused as no:
        send({"id": number, "error": no.code, "message": str(no)})
    except (OSError, ValueError) as error:
        send({"id": number, "error": "failed", "message": reason(error)})
    else:
        if value is not None:
            send({"id": number, "value": value})


def send(message: dict[str, Any]) -> None:
    """What is sent in one round of the conversation travels together, see `flush`."""
    UNSENT.append(dumps(message).encode() + b"\n")


def flush() -> None:
    write_all(1, b"".join(UNSENT))
    UNSENT.clear()


def main() -> None:
    # Whoever started us may ignore it; then we would never hear that a child has ended.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.umask(0o022)
    gc.freeze()  # every command is a fork of this program: what is never looked through is never copied
    Conversation().hold()
