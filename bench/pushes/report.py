"""Signed pushes a second and what one costs, four servers in turns; forgeries; memory; `/health` beside deployments."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path

from bench.pushes import servers
from bench.pushes.load import send
from bench.pushes.requests import KEY, forged, requests
from bench.pushes.servers import Running

SERVERS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Running] | None]] = {
    "ours": servers.ours,
    "fraisier 0.84.2": servers.fraisier_0_84_2,
    "webhook (Go)": servers.debians_webhook,
    "bare Starlette": servers.bare,
}
TOGETHER = (1, 16, 64)
GOOD = {200, 202}


def pushes(each: int = 1000, rounds: int = 3) -> None:
    """One line per server and number of connections: the best of some rounds, all servers in turns."""
    numbers = count(1, each)
    best: dict[tuple[str, int], tuple[float, float, float]] = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fr-bench-", dir="/tmp")))
        running = {name: stack.enter_context(one) for name, one in _started(folder).items()}
        for _ in range(rounds):
            for together in TOGETHER:
                for name, server in running.items():
                    measured = _measured(server, next(numbers), each if together > 1 else each // 5, together)
                    best[name, together] = max(best.get((name, together), (0.0, 0.0, 0.0)), measured)
        print(
            f"{'pushes, signed, 7 KiB':26}{'at once':>10}{'a second':>10}{'ratio':>8}{'p99 ms':>8}{'CPU us':>8}"
        )
        for (name, together), (rate, p99, cpu) in best.items():
            ratio = best["ours", together][0] / rate
            print(f"{name:26}{together:10}{rate:10.0f}{ratio:8.2f}{p99 * 1000:8.0f}{cpu * 1e6:8.0f}")


def forgeries(total: int = 100_000) -> None:
    """So many that nobody signed: none may be accepted, none may meet an error of ours."""
    statuses: dict[int, int] = {}
    with (
        tempfile.TemporaryDirectory(prefix="fr-bench-", dir="/tmp") as folder,
        servers.ours(Path(folder)) as server,
    ):
        before, source = server.memory, forged("bench", KEY)
        for at in range(0, total, 2000):
            for status, times in send(
                server.port, list(islice(source, min(2000, total - at))), 16
            ).statuses.items():
                statuses[status] = statuses.get(status, 0) + times
        after = server.memory
    accepted = sum(times for status, times in statuses.items() if status < 400)  # noqa: PLR2004 - HTTP's own
    broken = sum(times for status, times in statuses.items() if status >= 500)  # noqa: PLR2004 - HTTP's own
    print(f"{sum(statuses.values())} forgeries: {accepted} accepted, {broken} errors of ours, {statuses}")
    print(f"server's memory: {before:.0f} MiB idle, {after:.0f} MiB after them")


def memory(total: int = 50_000) -> None:
    """The server's memory, NATS beside it, before and while so many pushes are accepted."""
    with (
        tempfile.TemporaryDirectory(prefix="fr-bench-", dir="/tmp") as folder,
        servers.ours(Path(folder), nats=True) as server,
    ):
        held = [f"{server.memory:.0f} MiB idle"]
        for first in range(1, total, 10_000):
            some = min(10_000, total - first + 1)
            for at in range(first, first + some, 1000):
                send(server.port, requests(server.path, at, 1000), 16)
            held.append(f"{server.memory:.0f} after {first + some - 1}")
    print(f"server's memory, NATS beside it, pushes accepted: {', '.join(held)}")


def _started(folder: Path) -> dict[str, contextlib.AbstractContextManager[Running]]:
    found = {}
    for name, start in SERVERS.items():
        own = folder / name.replace(" ", "-")
        own.mkdir()
        if (server := start(own)) is None:
            print(f"{name} cannot be had here")
        else:
            found[name] = server
    return found


def _measured(server: Running, first: int, number: int, together: int) -> tuple[float, float, float]:
    """Pushes a second, p99 in seconds, and processor seconds per push."""
    prepared, before = requests(server.path, first, number), server.cpu
    measured = send(server.port, prepared, together)
    if wrong := set(measured.statuses) - GOOD:
        raise RuntimeError(f"answered {wrong}")
    return measured.rate, measured.percentile(99), (server.cpu - before) / number
