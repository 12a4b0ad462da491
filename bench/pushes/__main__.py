"""`python -m bench.pushes`: only the pushes of `make bench`."""

from __future__ import annotations

import sys

from bench.pushes.beside import health
from bench.pushes.report import forgeries, memory, pushes

pushes()
health()
memory()
forgeries(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
