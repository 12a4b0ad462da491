"""What a source of secrets offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fraisier.config.references import Reference
from fraisier.errors import ConfigurationError

Source = Callable[[Reference, Mapping[str, str]], str]
"""Finds what a reference names, given the environment. Raises `Unresolved`."""


class Unresolved(ConfigurationError):
    """A reference that has no value; the message names the reference, never a value."""

    code = "unresolved_reference"
