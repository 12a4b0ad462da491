"""Plugins as users write them: the documents' own where they show one, their missing methods filled in."""

from pathlib import Path


def plugin(name: str) -> str:
    return (Path(__file__).parent / f"{name}.py.txt").read_text(encoding="utf-8")
