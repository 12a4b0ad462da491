"""What `${VAR}` means: Fraisier's own environment, and behind it the file secrets.env beside fraises.yaml."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from fraisier.secrets import env_file
from fraisier.secrets.source import Unresolved

PLACES: Final = ("secrets.env", "config/secrets.env")


class Variables(Mapping[str, str]):
    """The environment wins. The file is read anew each time, so that a running server sees what was rotated.

    Looking something up raises `ConfigurationError` for a file that is wrong, and `Unresolved` for one that cannot
    be read.
    """

    def __init__(self, config_file: str | None, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        folder = Path(config_file).absolute().parent if config_file else None
        self._files = [folder / place for place in PLACES] if folder else []

    def __getitem__(self, name: str) -> str:
        return self._environ[name] if name in self._environ else self._secrets()[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._secrets(), **self._environ})

    def __len__(self) -> int:
        return len({**self._secrets(), **self._environ})

    def _secrets(self) -> dict[str, str]:
        """The later file wins."""
        return {name: value for file in self._files for name, value in _read(file).items()}


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Unresolved(f"{file} cannot be read: {why}.", hint=f"ls -l {file}") from None
    return {name: value.reveal() for name, value in env_file.parse(text, str(file)).items()}
