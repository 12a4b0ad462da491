"""The same work by a bare asyncssh script: `python -m bench.hosts_bare FOLDER HOSTS COMMIT`."""

from __future__ import annotations

import asyncio
import sys

import asyncssh

STARTS = 8
COMMANDS = (
    "git --git-dir=/srv/bare/mirror.git fetch --quiet /srv/origin.git {commit}",
    "mkdir -p /srv/bare/{commit} && git --git-dir=/srv/bare/mirror.git --work-tree=/srv/bare/{commit} checkout --quiet -f {commit} -- .",
    "ln -sfn /srv/bare/{commit} /srv/bare/current",
    "true",
    "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 22), 2)'",
)


async def one(host: str, commit: str, gate: asyncio.Semaphore) -> None:
    async with gate:
        connection = await asyncssh.connect(host)
    async with connection:
        for command in COMMANDS:
            done = await connection.run(command.format(commit=commit), check=False)
            if done.exit_status:
                sys.exit(f"{host}: {command}: {done.stderr!r}")


async def all_of(hosts: int, commit: str) -> None:
    gate = asyncio.Semaphore(STARTS)
    await asyncio.gather(*(one(f"h{number}", commit, gate) for number in range(1, hosts + 1)))


def main(folder: str, hosts: str, commit: str) -> None:
    del folder
    asyncio.run(all_of(int(hosts), commit))


main(*sys.argv[1:])
