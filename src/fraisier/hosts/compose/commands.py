"""Commands for one project of Compose and its images. See docker(1), docker-compose(1). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fraisier.hosts import files
from fraisier.model.command import Command
from fraisier.model.secret import Secret

Env = Mapping[str, str | Secret]

MARK: Final = "fraisier:"
JOB_LABEL: Final = "io.fraisier.job"
QUIET: Final = {"BUILDKIT_PROGRESS": "plain", "COMPOSE_ANSI": "never", "COMPOSE_PROGRESS": "plain"}

_TAG: Final = """\
set -e
while [ $# -gt 0 ]; do
  docker image tag "$1" "$2"
  shift 2
done
"""
# One question for all of them; which of them is not there is asked only where one is missing.
_IDS: Final = """\
found=$(docker image inspect --format '{{.Id}}' "$@" 2>/dev/null) && { printf '%s\\n' "$found"; exit; }
[ $# -gt 1 ] || { echo none; exit; }
for image; do
  docker image inspect --format '{{.Id}}' "$image" 2>/dev/null || echo none
done
"""
# What is gone by now is no error; what a container still needs stays, and is tried again next time.
_FORGET: Final = """\
docker image rm "$@" || true
"""
# Runs on the host, which has Python for the host runner anyway: the answer of `docker inspect` is long, and holds values.
_CONTAINERS: Final = """\
import json, subprocess, sys
def ask(*words):
    return subprocess.run(("docker", "container") + words, stdout=subprocess.PIPE, encoding="utf-8")
label = "label=com.docker.compose.project=" + sys.argv[1]
listed = ask("ls", "--all", "--quiet", "--no-trunc", "--filter", label)
if listed.returncode:
    sys.exit(listed.returncode)
ids = listed.stdout.split()
for one in json.loads(ask("inspect", *ids).stdout or "[]") if ids else []:
    state, host, network = one["State"], one["HostConfig"], one["NetworkSettings"]
    print("fraisier:" + json.dumps({
        "id": one["Id"],
        "image": one["Image"],
        "pid": state["Pid"],
        "status": state["Status"],
        "exit_code": state["ExitCode"],
        "started_at": state["StartedAt"],
        "health": (state.get("Health") or {}).get("Status"),
        "restart": (host.get("RestartPolicy") or {}).get("Name", ""),
        "network_mode": host.get("NetworkMode", ""),
        "labels": one["Config"].get("Labels") or {},
        "ports": network.get("Ports") or {},
        "addresses": [each.get("IPAddress", "") for each in (network.get("Networks") or {}).values()],
        "mounts": [each.get("Source", "") for each in one.get("Mounts") or []],
    }))
"""
_REMOVE: Final = """\
docker container rm --force --volumes "$@" || true
"""
# Who is killed between making a container and starting it leaves one that nobody starts. What goes by itself may be gone.
_END_RUNS: Final = """\
for _ in 1 2 3 4 5 6 7 8 9 10; do
  ids=$(docker container ls --all --quiet --no-trunc \
    --filter "label=com.docker.compose.project=$1" --filter "label=$2") || exit
  [ -n "$ids" ] || exit 0
  said=$(docker container rm --force --volumes $ids 2>&1) || sleep 1
done
printf '%s\\n' "$said"
exit 1
"""


def reduced(program: str, *arguments: str, deadline: float) -> Command:
    """A constant program of Python on the host, which prints what is asked for after `MARK`."""
    return Command(argv=("python3", "-I", "-S", "-c", program, *arguments), deadline=deadline)


def compose(
    name: str,
    *words: str,
    files: Sequence[str] = (),
    env: Env | None = None,
    cwd: str | None = None,
    stdin: str = "",
    deadline: float = 60.0,
) -> Command:
    """`docker compose` for the project `name`; the first of `files` says where relative paths begin."""
    chosen = [word for path in files for word in ("--file", path)]
    argv = ("docker", "compose", "--project-name", name, *chosen, *words)
    return Command(
        argv=argv, env={**QUIET, **(env or {})}, cwd=cwd, stdin=(stdin,) if stdin else (), deadline=deadline
    )


def up(
    name: str, services: Sequence[str], *, files: Sequence[str], env: Env, cwd: str, deadline: float
) -> Command:
    """Make the project what its files say, from images that lie there already."""
    words = ("up", "--detach", "--no-build", "--pull", "never", "--remove-orphans", *services)
    return compose(name, *words, files=files, env=env, cwd=cwd, deadline=deadline)


def once(job: str, told: Iterable[str], mount: str) -> tuple[str, ...]:
    """The words for one command in a container of its own, which goes with it; nothing else is started or published.

    `told` are names of variables that it gets from Compose's own; `mount` is a folder, empty: none.
    """
    words = ("run", "--rm", "--no-deps", "--no-TTY", "--interactive=false", "--label", f"{JOB_LABEL}={job}")
    variables = (word for name in told for word in ("--env", name))
    return (*words, *variables, *(("--volume", f"{mount}:{mount}") if mount else ()))


def end_runs(name: str, job: str) -> Command:
    """Nothing of that job runs in the project any more."""
    return files.script(_END_RUNS, name, f"{JOB_LABEL}={job}", deadline=120)


def down(name: str, *, deadline: float) -> Command:
    """Containers and networks go; volumes hold data and stay."""
    return compose(name, "down", "--remove-orphans", deadline=deadline)


def stop(name: str, services: Sequence[str], *, deadline: float) -> Command:
    return compose(name, "stop", *services, deadline=deadline)


def logs(name: str, services: Sequence[str], lines: int) -> Command:
    return compose(name, "logs", "--no-color", "--tail", str(lines), *services, deadline=30)


def following(name: str, services: Sequence[str], lines: int, *, deadline: float) -> Command:
    words = ("logs", "--no-color", "--follow", "--tail", str(lines), *services)
    return compose(name, *words, deadline=deadline)


def containers(name: str) -> Command:
    """One line of JSON for each container of the project, whatever became of it."""
    return reduced(_CONTAINERS, name, deadline=30)


def remove(ids: Sequence[str]) -> Command:
    return files.script(_REMOVE, *ids, deadline=120)


def volumes(name: str) -> Command:
    argv = ("docker", "volume", "ls", "--quiet", "--filter", f"label=com.docker.compose.project={name}")
    return Command(argv=argv, deadline=30)


def tag(pairs: Sequence[tuple[str, str]]) -> Command:
    """Give images another name each: (source, name)."""
    return files.script(_TAG, *(word for pair in pairs for word in pair), deadline=60)


def ids(images: Sequence[str]) -> Command:
    """The id of each image on a line of its own; `none` where there is none."""
    return files.script(_IDS, *images, deadline=60)


def kept(repository: str) -> Command:
    """Every name below a repository of images."""
    argv = (
        "docker",
        "image",
        "ls",
        "--format",
        "{{.Repository}}:{{.Tag}}",
        "--filter",
        f"reference={repository}/*",
    )
    return Command(argv=argv, deadline=30)


def forget(images: Sequence[str]) -> Command:
    return files.script(_FORGET, *images, deadline=300)


def pull(image: str, *, deadline: float) -> Command:
    return Command(argv=("docker", "image", "pull", "--quiet", image), deadline=deadline)


def push(image: str, *, deadline: float) -> Command:
    return Command(argv=("docker", "image", "push", image), deadline=deadline)
