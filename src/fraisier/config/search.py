# pathlib would cost 4 ms at every start.
# ruff: noqa: PTH110, PTH121, PTH123
"""Where fraises.yaml lies, and its text."""

from __future__ import annotations

import os
from typing import Final, NoReturn

from fraisier.config.problem import InvalidConfiguration, Problem
from fraisier.errors import ConfigurationError

PLACES: Final = (
    "/opt/fraisier/fraises.yaml",
    "/opt/fraisier/config/fraises.yaml",
    "./fraises.yaml",
    "./config/fraises.yaml",
)
MAX_BYTES: Final = 8 * 1024 * 1024


def find(explicit: str | None, places: tuple[str, ...] = PLACES) -> tuple[str, list[str]]:
    """The file to read, and warnings. Raises `ConfigurationError` naming the searched places in order."""
    if named := explicit or os.environ.get("FRAISIER_CONFIG"):
        return named, []
    found = [place for place in places if os.path.exists(place)]
    if not found:
        searched = ", ".join(places)
        raise ConfigurationError(
            f"fraises.yaml not found. Searched in order: -c, FRAISIER_CONFIG, {searched}.",
            hint="Name the file with `-c FILE`, or write one: fraises.example.yaml shows every key.",
        )
    others = [place for place in found[1:] if not os.path.samefile(place, found[0])]
    return found[0], [f"{found[0]} is used; {other} exists too and is ignored." for other in others]


def read_text(path: str) -> str:
    """The file's text. Raises `InvalidConfiguration`: unreadable, a folder, too large, not UTF-8."""
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(path, "there is no such file", hint="Check the path given by -c or FRAISIER_CONFIG.")
    except IsADirectoryError:
        _refuse(path, "is a folder, not a file", hint="Name the file itself, such as config/fraises.yaml.")
    except PermissionError:
        _refuse(path, "cannot be read: permission denied", hint=f"Run `ls -l {path}`.")
    except (OSError, ValueError) as error:
        _refuse(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if len(raw) > MAX_BYTES:
        _refuse(path, f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return _decode(path, raw)


def _decode(path: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        what = f"is not UTF-8: byte 0x{raw[error.start]:02x}"
        problem = Problem(file=path, line=line, column=column, what=what)
        raise InvalidConfiguration([problem], hint="Save the file as UTF-8.") from None


def _refuse(path: str, what: str, hint: str = "") -> NoReturn:
    raise InvalidConfiguration([Problem(file=path, what=what)], hint=hint) from None
