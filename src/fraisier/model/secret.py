"""A value that must never be shown."""

from __future__ import annotations

from typing import Final

MASK: Final = "***"


class Secret:
    """Holds a text that prints, formats and compares as `***`; `reveal()` is the one way to it."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        return self.__text

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__text

    def __hash__(self) -> int:
        return hash(self.__text)
