"""`fraisier monitoring`: what Prometheus and Grafana need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from pathlib import Path


@door("fraisier monitoring /etc/prometheus", "fraisier monitoring ./monitoring --force", name="monitoring")
@click.argument("folder", type=click.Path(file_okay=False))
@click.option("--force", is_flag=True, help="Replace files that say something else.")
def command(app: App, folder: str, force: bool) -> None:
    """Write prometheus.yml, alert rules and a Grafana dashboard into a folder.

    prometheus.yml follows the section `monitoring` of fraises.yaml: exporters by region, how often they are asked,
    which rules are evaluated.
    """
    from importlib.resources import files
    from pathlib import Path

    from fraisier.errors import ConfigurationError
    from fraisier.scaffold.prometheus import prometheus_yml

    settings = app.config().monitoring
    shipped = files("fraisier") / "monitoring"
    texts = {name: (shipped / name).read_text("utf-8") for name in ("alerts.yml", "grafana-dashboard.json")}
    texts["prometheus.yml"] = prometheus_yml(settings)
    target = Path(folder)
    taken = [name for name in sorted(texts) if _differs(target / name, texts[name])]
    if taken and not force:
        raise ConfigurationError(
            f"{', '.join(taken)} in {folder} would be replaced.", hint="Say --force, or name another folder."
        )
    target.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")
    written = [str(target / name) for name in sorted(texts)]
    if app.json:
        terminal.answer({"schema": 1, "files": written})
        return
    for path in written:
        terminal.say(path)


def _differs(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") != text
