"""What everybody does on a host: fetch, checkout, switch, one command, port check. Nothing but text: any Python reads it."""

from __future__ import annotations

COMMANDS = (
    "git --git-dir=/srv/bare/mirror.git fetch --quiet /srv/origin.git {commit}",
    "mkdir -p /srv/bare/{commit} && git --git-dir=/srv/bare/mirror.git --work-tree=/srv/bare/{commit} checkout --quiet -f {commit} -- .",
    "ln -sfn /srv/bare/{commit} /srv/bare/current",
    "true",
    "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 22), 2)'",
)


def commands(commit: str) -> list[str]:
    return [command.format(commit=commit) for command in COMMANDS]


def names(hosts: int) -> list[str]:
    """As ~/.ssh/config calls them."""
    return [f"h{number}" for number in range(1, hosts + 1)]
