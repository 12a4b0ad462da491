"""Becomes a service: its folder, its environment, its arguments, exactly. Run by supervisor as a lone script.

supervisor's own `environment=` and `command=` cannot hold every text (a newline, both kinds of quotes), and hand
on variables of their own. So a unit carries one JSON object in characters that no parser touches, and this
program, which keeps its process id, becomes what the object says. Standard library only; `python -I -S`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

BASE: Final = ("PATH", "HOME", "LANG")
NOT_FOUND: Final = 127
_LINE: Final = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\n', re.DOTALL)


def parse_env(text: str) -> dict[str, str]:
    """The variables of an env file as `env_file.render` writes it. Raises `ValueError` for any other text."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        line = _LINE.match(text, position)
        if line is None:
            raise ValueError(f'line {text.count(chr(10), 0, position) + 1} is not NAME="value"')
        found[line[1]] = re.sub(r"\\(.)", r"\1", line[2], flags=re.DOTALL)
        position = line.end()
    return found


def remember(path: Path, **more: Any) -> None:
    """Leave this process's name in the world: a pid means nothing without its start and its boot."""
    record = {"pid": os.getpid(), "started": started(os.getpid()), "boot": boot_id(), **more}
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(json.dumps(record), encoding="utf-8")
    new.replace(path)


def started(pid: int) -> str | None:
    """When a living process began, in clock ticks since boot; None when it is gone or a zombie."""
    try:
        return start_in(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None


def start_in(stat: str | None) -> str | None:
    """The start in a text of /proc/PID/stat, see proc(5); None for no text and for a zombie."""
    fields = (stat or "").rpartition(")")[2].split()
    return fields[19] if fields and fields[0] not in "ZX" else None


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def become(name: str) -> dict[str, str]:
    """Give up being root for this user, for good; the user's HOME. Raises `OSError` when there is no such user."""
    import pwd  # noqa: PLC0415 - few services need it

    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise OSError(f"there is no user called {name}") from None
    os.initgroups(name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    return {"HOME": user.pw_dir}


def main() -> None:
    """Become the service. Ends with 127 and one line when its program cannot be started."""
    spec = json.loads(sys.argv[1])
    base = {name: os.environ[name] for name in BASE if name in os.environ}
    try:
        env = parse_env(Path(spec["env_file"]).read_bytes().decode("utf-8"))
        os.chdir(spec["cwd"])
        remember(Path(spec["record"]))
        if user := spec.get("user"):
            base |= become(user)
        os.execvpe(spec["argv"][0], spec["argv"], base | env)  # noqa: S606 - no shell is wanted
    except (OSError, ValueError) as error:
        sys.exit(_refusal(spec, error))


def _refusal(spec: dict[str, Any], error: Exception) -> int:
    sys.stderr.write(f"fraisier: cannot start {spec['argv'][0]} in {spec['cwd']}: {error}\n")
    return NOT_FOUND


if __name__ == "__main__":
    main()
