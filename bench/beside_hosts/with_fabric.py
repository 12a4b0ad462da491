"""fabric, all hosts in threads: `python -m bench.beside_hosts.with_fabric HOSTS COMMIT`, in fabric's own environment."""

from __future__ import annotations

import sys

from fabric import ThreadingGroup  # type: ignore[import-not-found]  # it is installed where this runs

from bench.beside_hosts.work import commands, names

with ThreadingGroup(*names(int(sys.argv[1]))) as group:
    for command in commands(sys.argv[2]):
        group.run(command, hide=True)
