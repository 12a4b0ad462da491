"""The host runner: the one small program through which Fraisier touches a machine.

It travels to the host over its own standard input, so a host needs nothing but Python 3.8: the modules of this
package use the standard library and each other, nothing else. `python3 -I -S -X utf8 -c '<constant line>'` reads
the program and runs it; it answers requests, one JSON object a line, until its input ends.

Read it in this order: conversation, effect, fence, log, receiving, supervision, processes, reading, network, web, reserve, files, lean.
"""

from __future__ import annotations

import marshal
import sys
import zlib
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Final

# In the order in which they import each other.
MODULES: Final = (
    "lean",
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

# A module is made when it is first imported, not before: see PEP 451. Its code was compiled where it comes from; a Python
# of another release, which cannot read that, compiles its text. `i` is what the constant line reads.
_LOADER: Final = """
import marshal, sys
TEXTS, packed, CODES = marshal.loads(i.read(TEXTS)), i.read(PACKED), {}
if (sys.implementation.cache_tag, sys.version_info[3]) == RELEASE:
    try:
        import zlib
        CODES = marshal.loads(zlib.decompress(packed))
    except ImportError:
        pass
class Modules:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in TEXTS:
            return type(sys.__spec__)(name, Modules, is_package=not TEXTS[name])
    @staticmethod
    def create_module(spec):
        return None
    @staticmethod
    def exec_module(module):
        name = module.__name__
        exec(CODES.get(name) or compile(TEXTS[name], name, "exec"), module.__dict__)
sys.meta_path.insert(0, Modules)
"""
_OLDEST_FORMAT: Final = 2  # of marshal: what every Python writes and reads alike, for texts


@cache
def program() -> bytes:
    """All modules as what the constant line reads. It needs no installed Fraisier.

    A Python of this very release is spared compiling, the longest part of its start.
    """
    folder = Path(__file__).parent
    loaders = {
        name: SourceFileLoader(name, str(folder / f"{module}.py"))
        for module, name in ((module, f"{__name__}.{module}") for module in MODULES)
    }
    texts = {"fraisier": b"", "fraisier.hosts": b"", __name__: b""}
    texts |= {name: loader.get_data(loader.path) for name, loader in loaders.items()}
    codes = {name: loader.get_code(name) for name, loader in loaders.items()}
    plain, packed = marshal.dumps(texts, _OLDEST_FORMAT), zlib.compress(marshal.dumps(codes), level=1)
    release = (sys.implementation.cache_tag, sys.version_info[3])
    first = f"TEXTS, PACKED, RELEASE = {len(plain)}, {len(packed)}, {release!r}\n{_LOADER}"
    first += f"import {__name__}.conversation as c\nc.main()\n"
    return b"%d\n%s%s%s" % (len(first), first.encode(), plain, packed)
