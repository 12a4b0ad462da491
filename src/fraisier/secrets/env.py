"""`${VAR}` and `${VAR:-default}`: variables of Fraisier's own environment, with the shell's meaning of `:-`."""

from __future__ import annotations

from collections.abc import Mapping

from fraisier.config.references import Reference
from fraisier.secrets.source import Unresolved


def find(reference: Reference, environ: Mapping[str, str]) -> str:
    """The variable's value; the default stands in for one that is unset or empty."""
    value = environ.get(reference.name)
    if reference.default is not None:
        return value or reference.default
    if value is None:
        raise Unresolved(
            f"{reference.written} has no value: the environment variable {reference.name} is not set.",
            hint=f"Set {reference.name} where Fraisier runs or in secrets.env beside fraises.yaml, or write ${{{reference.name}:-default}}.",
        )
    return value
