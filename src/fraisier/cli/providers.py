"""`fraisier providers`: where fraises can run."""

from __future__ import annotations

from typing import Any, Final

from fraisier.cli import table, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door

HEADINGS: Final = ("Provider", "From", "What it drives")


@door("fraisier providers", "fraisier providers --json", name="providers")
def command(app: App) -> None:
    """List where fraises can run: built in and from plugins."""
    rows = [*built_in(), *own()]
    if app.json:
        terminal.answer([{"schema": 1, **row} for row in rows])
    else:
        table.show(HEADINGS, [(row["provider"], row["source"], row["says"]) for row in rows])


def built_in() -> list[dict[str, Any]]:
    """Those that packages announce, Fraisier's own among them."""
    from importlib.metadata import entry_points

    return [
        {
            "provider": point.name.replace("_", "-"),
            "source": "built in" if point.value.startswith("fraisier.") else point.value,
            "says": _sentence(point.load()),
        }
        for point in sorted(entry_points(group="fraisier.providers"), key=lambda point: point.name)
    ]


def own() -> list[dict[str, Any]]:
    """Those of plugin files."""
    from fraisier.plugins.load import offers

    return [
        {"provider": offer.name, "source": str(offer.file), "says": _sentence(offer.cls)}
        for offer in offers("provider")
    ]


def _sentence(thing: Any) -> str:
    """The first line of a docstring, without the name it begins with."""
    import inspect

    line = (inspect.getdoc(thing) or "").partition("\n")[0]
    return line.partition(": ")[2] or line
