"""A bare asyncssh script: `python -m bench.beside_hosts.bare HOSTS COMMIT`."""

from __future__ import annotations

import asyncio
import sys

import asyncssh

from bench.beside_hosts.work import commands, names

STARTS = 8


async def one(host: str, commit: str, gate: asyncio.Semaphore) -> None:
    async with gate:
        connection = await asyncssh.connect(host)
    async with connection:
        for command in commands(commit):
            done = await connection.run(command, check=False)
            if done.exit_status:
                sys.exit(f"{host}: {command}: {done.stderr!r}")


async def all_of(hosts: int, commit: str) -> None:
    gate = asyncio.Semaphore(STARTS)
    await asyncio.gather(*(one(host, commit, gate) for host in names(hosts)))


asyncio.run(all_of(int(sys.argv[1]), sys.argv[2]))
