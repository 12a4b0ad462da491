"""What pyinfra deploys, in its own environment."""

from __future__ import annotations

import os

from pyinfra.operations import server  # type: ignore[import-not-found]  # it is installed where this runs

from bench.beside_hosts.work import commands

server.shell(name="deploy", commands=commands(os.environ["BENCH_COMMIT"]))
