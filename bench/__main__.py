"""`make bench`: our commands beside those of fraisier 0.84.2, and what the engine costs per step. Asserts nothing."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from bench.engine import costs
from bench.many import many
from bench.ours import Ours
from bench.pushes.beside import health
from bench.pushes.report import forgeries, memory, pushes
from bench.theirs import Theirs
from bench.timing import paired, shown

READS = {"--help": ["--help"], "list": ["list"]}


def reads(ours: Ours, theirs: Theirs) -> None:
    """Commands that only read, whole process, in turns."""
    for name, arguments in READS.items():
        mine, other = paired(partial(ours.run, *arguments), partial(theirs.run, *arguments), times=15)
        print(shown(f"fraisier {name}", mine, other))


def deployments(ours: Ours, theirs: Theirs) -> None:
    """The live version once more. Ours exports, checks and replaces a served release; theirs has no service.

    Ours is shown twice: whole, and without the time it waits for child processes and for the service.
    """
    ours.deploy()
    runs = [(ours.deploy(), theirs.deploy() if theirs.may_deploy else None) for _ in range(8)][1:]
    other = [seconds for _, seconds in runs if seconds is not None]
    print(shown("deploy --force, whole", [whole for (whole, _), _ in runs], other))
    print(shown("deploy --force, own time", [own for (_, own), _ in runs], other))
    if not theirs.may_deploy:
        print(
            "Theirs was not deployed: it writes below /opt and /var/lib, and no mount namespace can be made."
        )


def main() -> None:
    costs()  # first: for a minute ext4 is slow to make files where many were deleted
    with tempfile.TemporaryDirectory(prefix="fr-bench-", dir="/tmp") as folder:
        theirs = Theirs(Path(folder) / "theirs")
        with Ours(Path(folder) / "ours") as ours:
            print(f"{'':26}{'ours':>10}{'0.84.2':>10}{'ratio':>8}   (medians, milliseconds)")
            reads(ours, theirs)
            deployments(ours, theirs)
    many()
    pushes()
    health()
    memory()
    forgeries()


main()
