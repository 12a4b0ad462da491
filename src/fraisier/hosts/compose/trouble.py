"""Why Docker cannot be used on a host: not installed, no Compose, no daemon, no permission. Each has its own cure."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.errors import Unreachable
from fraisier.model.command import CommandResult, command
from fraisier.model.host import Host

NOT_FOUND: Final = 127
_ASK: Final = """\
command -v docker >/dev/null || exit 127
docker version --format '{{.Server.Version}}' || exit 1
docker compose version --short || exit 2
"""
_NO_COMPOSE: Final = 2


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of what answered."""

    daemon: str
    compose: str


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, in one sentence, and the command that mends it."""

    said: str
    fix: str


async def look(host: Host) -> Engine | Trouble:
    """Ask the daemon, and Compose."""
    asked = await host.look(command("sh", "-c", _ASK, deadline=30))
    return judged(asked, host.name)


async def require(host: Host) -> Engine:
    """The engine. Raises `Unreachable` with what to do where it cannot be used; nothing was changed."""
    found = await look(host)
    if isinstance(found, Trouble):
        raise Unreachable(found.said, hint=found.fix)
    return found


def judged(asked: CommandResult, name: str) -> Engine | Trouble:
    """What the answer means. Pure."""
    lines = asked.output.strip().splitlines()
    if asked.ok and len(lines) > 1:
        return Engine(daemon=lines[-2], compose=lines[-1])
    if asked.exit_code == NOT_FOUND:
        return Trouble(said=f"Docker is not installed on {name}.", fix="apt-get install docker.io docker-cli")
    if asked.exit_code == _NO_COMPOSE or "is not a docker command" in asked.output:
        return Trouble(
            said=f"Docker on {name} has no Compose v2: `docker compose` is no command of it.",
            fix="apt-get install docker-compose-v2 (Debian: docker-compose)",
        )
    return _unanswered(asked, name)


def _unanswered(asked: CommandResult, name: str) -> Trouble:
    said = asked.output.strip().rpartition("\n")[2]
    if "permission denied" in asked.output:
        return Trouble(
            said=f"This user may not use the socket of Docker on {name}.",
            fix='sudo usermod -aG docker "$USER", then log in again',
        )
    if asked.timed_out:
        return Trouble(said=f"Docker on {name} does not answer in time.", fix="systemctl restart docker")
    return Trouble(
        said=f"The Docker daemon on {name} does not answer: {said or 'nothing was said'}",
        fix="systemctl start docker (`docker context ls` shows which daemon is asked)",
    )
