"""What the Compose files of a release describe. Only names and ports leave the host, never values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts.compose import commands
from fraisier.hosts.compose.commands import Env
from fraisier.hosts.effect import last_lines
from fraisier.model.command import Command
from fraisier.model.host import Host

NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
# Runs on the host: values, which may be secrets, end here.
_REDUCE: Final = """\
import json, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
if done.returncode:
    sys.exit(done.returncode)
def ports(one):
    return [p for p in (str(each.get("published", "")) for each in one.get("ports") or ()) if p.isdigit()]
print("fraisier:" + json.dumps({
    name: {
        "build": bool(one.get("build")),
        "image": one.get("image", ""),
        "pull_policy": one.get("pull_policy", ""),
        "ports": [int(port) for port in ports(one)],
    }
    for name, one in (json.loads(done.stdout).get("services") or {}).items()
}))
"""


class ServiceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One service. `ports` are those that it publishes on the host."""

    build: bool
    image: str = ""
    pull_policy: str = ""
    ports: tuple[int, ...] = ()


def describe(
    name: str, files: Sequence[str], services: Sequence[str], *, env: Env, cwd: str, stdin: str = ""
) -> Command:
    """Ask what the files say about these services and those they need; about all, if none is named."""
    asked = commands.compose(
        name, "config", "--format", "json", *services, files=files, env=env, cwd=cwd, stdin=stdin
    )
    argv = commands.reduced(_REDUCE, *asked.argv, deadline=asked.deadline).argv
    return msgspec.structs.replace(asked, argv=argv)


async def files_of(host: Host, folder: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """The Compose files of a release: those that are `wanted`, else the one that Compose itself would take.

    Raises `StepFailed` when there is none.
    """
    if wanted:
        return tuple(wanted)
    there = await host.list_folder(folder) or []
    if found := next((name for name in NAMES if name in there), None):
        return (found,)
    raise StepFailed(
        "The repository has no Compose file.", hint=f"Add {NAMES[0]}, or say `file:` in fraises.yaml."
    )


def parse(output: str) -> dict[str, ServiceFacts]:
    """What `describe` printed. Raises `StepFailed` for anything else."""
    for line in reversed(output.splitlines()):
        if line.startswith(commands.MARK):
            return msgspec.json.decode(line.removeprefix(commands.MARK), type=dict[str, ServiceFacts])
    raise StepFailed(
        f"The Compose file cannot be read:\n{last_lines(output)}",
        hint="Try it with `docker compose config` where it lies.",
    )
