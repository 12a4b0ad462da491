r"""Files of `NAME=value` lines, read strictly: what shells, Docker and systemd would read differently is refused.

Blank lines, `# comments` and a leading `export` are fine. 'Single quotes' hold anything as it is; in "double quotes"
a backslash stands before `"`, `\`, `$` and a backtick, and `\n` is a newline. Nothing is expanded. A message names
file and line, never a value.
"""

from __future__ import annotations

import re
from typing import Final

from fraisier.errors import ConfigurationError
from fraisier.model.secret import Secret

_LINE: Final = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_SINGLE: Final = re.compile(r"'([^']*)'[ \t]*(?:[ \t]#.*)?")
_DOUBLE: Final = re.compile(r'"((?:[^"\\$`]|\\["\\$`n])*)"[ \t]*(?:[ \t]#.*)?')
_PLAIN: Final = re.compile(r"""(?:(?![ \t]\#)[^'"\\$`])*""")


def parse(text: str, path: str) -> dict[str, Secret]:
    """The variables. Raises `ConfigurationError` at the first line that is wrong, or says a name again."""
    found: dict[str, Secret] = {}
    for number, written in enumerate(text.split("\n"), 1):
        line = written.strip()
        if not line or line.startswith("#"):
            continue
        name, value = _variable(line, f"{path}:{number}")
        if name in found:
            raise ConfigurationError(
                f"{path}:{number}: {name} is there twice.", hint="Remove one of the two lines."
            )
        found[name] = Secret(value)
    return found


def values_in(text: Secret) -> tuple[Secret, ...]:
    """The values of a text that is such a file; none of any other text."""
    if "=" not in text.reveal():
        return ()
    try:
        return tuple(parse(text.reveal(), "").values())
    except ConfigurationError:
        return ()


def _variable(line: str, place: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ConfigurationError(
            f"{place}: this is not NAME=value.", hint="Letters, digits and _ only, no blank before the =."
        )
    name, written = match[1], match[2]
    for form in (_SINGLE, _DOUBLE):
        if quoted := form.fullmatch(written):
            return name, _unescaped(quoted[1]) if form is _DOUBLE else quoted[1]
    if _PLAIN.fullmatch(written) is None:
        raise ConfigurationError(
            f"{place}: programs do not agree on what the value of {name} is.",
            hint=f"Put it in single quotes: {name}='…'",
        )
    return name, written


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)
