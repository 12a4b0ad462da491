"""`${file:/path}`: the text of a file, such as a mounted secret, without the newline at its end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fraisier.config.references import Reference
from fraisier.secrets.source import Unresolved


def find(reference: Reference, environ: Mapping[str, str]) -> str:  # noqa: ARG001 - a file is not the environment's
    """What the file holds now. Raises `Unresolved`, also for a file that is no text."""
    try:
        return Path(reference.name).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise Unresolved(
            f"{reference.written} has no value: {error.strerror}.",
            hint=f"The file must be readable by the user that runs Fraisier: ls -l {reference.name}",
        ) from error
    except UnicodeDecodeError:
        raise Unresolved(f"{reference.written} has no value: the file is not UTF-8 text.") from None
