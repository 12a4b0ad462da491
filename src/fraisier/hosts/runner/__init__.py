"""The host runner: the one small program through which Fraisier touches a machine.

It travels to the host over its own standard input, so a host needs nothing but Python 3.8: the modules of this
package use the standard library and each other, nothing else. `python3 -I -S -X utf8 -c '<constant line>'` reads
the program and runs it; it answers requests, one JSON object a line, until its input ends.

Read it in this order: conversation, effect, fence, log, supervision, processes, reading, reserve, files.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

# In the order in which they import each other.
MODULES: Final = (
    "files",
    "reserve",
    "processes",
    "reading",
    "supervision",
    "log",
    "fence",
    "effect",
    "conversation",
)

_LOADER: Final = """
import sys, types
def _load(name, text):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = []
    exec(compile(text, name, "exec"), module.__dict__)
    return module
for _name in ("fraisier", "fraisier.hosts", "fraisier.hosts.runner"):
    _load(_name, "")
"""


@cache
def program() -> bytes:
    """All modules as one program text that needs no installed Fraisier."""
    folder = Path(__file__).parent
    loads = [
        f"_load({f'{__name__}.{module}'!r}, {(folder / f'{module}.py').read_text('utf-8')!r})"
        for module in MODULES
    ]
    return "\n".join([_LOADER, *loads[:-1], f"{loads[-1]}.main()\n"]).encode()
