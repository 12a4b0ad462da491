"""The host runner: the one small program through which Fraisier touches a machine.

It travels to the host over its own standard input, so a host needs nothing but Python 3.8: the modules of this
package use the standard library and each other, nothing else. `python3 -I -S -X utf8 -c '<constant line>'` reads
the program and runs it; it answers requests, one JSON object a line, until its input ends.

Read it in this order: conversation, effect, fence, log, receiving, supervision, processes, reading, network, web, reserve, files.
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
    "web",
    "network",
    "log",
    "fence",
    "effect",
    "receiving",
    "conversation",
)

# A module is compiled when it is first imported, not before: see PEP 451.
_LOADER: Final = """
import sys
class Texts:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in TEXTS:
            return type(sys.__spec__)(name, Texts, is_package=not TEXTS[name])
    @staticmethod
    def create_module(spec):
        return None
    @staticmethod
    def exec_module(module):
        exec(compile(TEXTS[module.__name__], module.__name__, "exec"), module.__dict__)
sys.meta_path.insert(0, Texts)
"""


@cache
def program() -> bytes:
    """All modules as one program text that needs no installed Fraisier."""
    folder = Path(__file__).parent
    texts = {"fraisier": "", "fraisier.hosts": "", __name__: ""}
    texts |= {f"{__name__}.{module}": (folder / f"{module}.py").read_text("utf-8") for module in MODULES}
    return f"TEXTS = {texts!r}{_LOADER}import {__name__}.conversation as c\nc.main()\n".encode()
