"""Questions to one running host runner, and its answers as they come."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fraisier.hosts.runner import program
from fraisier.transport.channel import Channel


class ConnectionEnded(Exception):
    """The host runner, or the way to it, is gone. Its message is what was heard last."""


class Answered(Exception):
    """The host answered with an error: `code` for us, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Connection:
    """One channel with a runner at its end. Many questions may be open at once."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._open: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._more: dict[int, Callable[[str], None]] = {}
        self._count = 0
        self._why_ended = ""
        self._hidden: set[str] = set()
        self._hidden_last: list[str] = []
        self._listening: asyncio.Task[None] | None = None
        self._unsent: list[bytes] = []
        self._sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Send the program and wait until it speaks; nothing may be sent before that."""
        try:
            first = await self._greet()
        except BaseException:
            await self._channel.close()
            raise
        if not first.startswith(b'{"ready"'):
            complaint = last_line(await self._channel.close())
            raise ConnectionEnded(complaint or "Python 3.8 or newer did not start there")
        self._listening = asyncio.create_task(self._listen())

    async def _greet(self) -> bytes:
        with contextlib.suppress(ConnectionError):
            await self._channel.send(program())
            return await self._channel.receive()
        return b""

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The value of the answer. Raises `Answered` for an error, and `ConnectionEnded`."""
        return await self._ask(question, lambda _: None)

    async def follow(self, question: dict[str, Any]) -> AsyncIterator[str]:
        """What comes before the answer, as it comes. Raises what `ask` raises."""
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        asking = asyncio.create_task(self._ask(question, heard.put_nowait))
        asking.add_done_callback(lambda _: heard.put_nowait(None))
        try:
            while (more := await heard.get()) is not None:
                yield more
            await asking
        finally:
            asking.cancel()

    async def _ask(self, question: dict[str, Any], more: Callable[[str], None]) -> dict[str, Any]:
        if self._why_ended:
            raise ConnectionEnded(self._why_ended)
        self._count += 1
        number, answer = self._count, asyncio.get_running_loop().create_future()
        self._open[number], self._more[number] = answer, more
        try:
            self._send(json.dumps({"id": number, **self._shortened(question)}).encode() + b"\n")
            heard = await answer
        finally:
            del self._open[number], self._more[number]
        if "error" in heard:
            raise Answered(heard["error"], heard["message"])
        return dict(heard["value"])

    def _send(self, line: bytes) -> None:
        """What is asked in one turn of the loop travels together."""
        self._unsent.append(line)
        if len(self._unsent) == 1:
            self._sending = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        lines, self._unsent = self._unsent, []
        try:
            await self._channel.send(b"".join(lines))
        except ConnectionError as error:
            self._why_ended = str(error)
            self._end()

    def _shortened(self, question: dict[str, Any]) -> dict[str, Any]:
        """Of what is to be hidden, only what this runner has not been told yet: with many secrets it is long."""
        forms = question.get("hide")
        if not forms:
            return question
        if forms is self._hidden_last:
            return {**question, "hide": []}
        new = [form for form in forms if form not in self._hidden]
        self._hidden.update(new)
        self._hidden_last = forms
        return {**question, "hide": new}

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.wait([self._listening])
        await self._channel.close()

    async def _listen(self) -> None:
        try:
            while line := await self._channel.receive():
                heard = json.loads(line)
                number = heard["id"]
                answer = self._open.get(number)
                if answer and "more" in heard:
                    self._more[number](heard["more"])
                elif answer and not answer.done():
                    answer.set_result(heard)
        except (ConnectionError, ValueError) as error:
            self._why_ended = f"the connection broke: {error}"
        finally:
            self._end()

    def _end(self) -> None:
        self._why_ended = self._why_ended or "the connection ended"
        for answer in self._open.values():
            if not answer.done():
                answer.set_exception(ConnectionEnded(self._why_ended))


def last_line(text: str) -> str:
    return text.rpartition("\n")[2].strip()
