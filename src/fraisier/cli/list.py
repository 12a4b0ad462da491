"""`fraisier list`: what the configuration names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.config.environment import Environment, Fraise
    from fraisier.config.job import Job

TITLE = "Fraisier - Fraise Registry"


@door("fraisier list", "fraisier list --flat", "fraisier list -c /path/to/fraises.yaml", name="list")
@click.option("--flat", is_flag=True, help="One line for each environment instead of a tree.")
def command(app: App, flat: bool) -> None:
    """List all fraises and where they run."""
    fraises = app.config().fraises.values()
    if app.json:
        terminal.answer(_flat_rows(fraises) if flat else _rows(fraises))
        return
    for line in flat_lines(fraises) if flat else tree(fraises):
        terminal.say(line)


def tree(fraises: Iterable[Fraise]) -> list[str]:
    """The tree that the prd draws."""
    lines = [TITLE]
    named = list(fraises)
    for fraise in named:
        branch, below = _branch(fraise is named[-1])
        about = f" - {terminal.one_line(fraise.description)}" if fraise.description else ""
        lines.append(f"{branch}{fraise.name} ({fraise.type}){about}")
        lines += _below(below, _leaves(fraise))
    return lines


def _below(indent: str, leaves: list[tuple[str, list[str]]]) -> list[str]:
    """The lines of some leaves, each with what hangs on it."""
    lines = []
    for number, (text, more) in enumerate(leaves, 1):
        leaf, deeper = _branch(number == len(leaves))
        lines += [f"{indent}{leaf}{text}", *_below(indent + deeper, [(one, []) for one in more])]
    return lines


def _leaves(fraise: Fraise) -> list[tuple[str, list[str]]]:
    """Where a fraise runs with its jobs, or who belongs to a group."""
    places = [
        (f"{name} → {_where(environment)}", [_job(job) for job in environment.jobs])
        for name, environment in fraise.environments.items()
    ]
    return places or [(name, []) for name in fraise.services]


def _job(job: Job) -> str:
    return f"{job.name} ({' '.join(filter(None, (job.schedule or 'by hand', job.timezone)))})"


def flat_lines(fraises: Iterable[Fraise]) -> list[str]:
    """One line each: fraise, environment, type, where it runs."""
    from fraisier.cli.table import aligned

    rows = [
        (fraise.name, name, fraise.type, _where(environment))
        for fraise in fraises
        for name, environment in fraise.environments.items()
    ]
    return aligned(rows) if rows else []


def _branch(last: bool) -> tuple[str, str]:
    return ("└── ", "    ") if last else ("├── ", "│   ")


def _where(environment: Environment) -> str:
    place = _place(environment)
    return f"{_provider(environment)} ({terminal.one_line(place)})" if place else _provider(environment)


def _provider(environment: Environment) -> str:
    return environment.provider.replace("_", "-")


def _place(environment: Environment) -> str | None:
    options = environment.provider_options
    place = options.get("host") or options.get("region")
    return str(place) if place else None


def _rows(fraises: Iterable[Fraise]) -> list[dict[str, Any]]:
    return [
        {
            "schema": 1,
            "fraise": fraise.name,
            "type": fraise.type,
            "description": fraise.description or None,
            **({"services": list(fraise.services)} if fraise.services else {}),
            "environments": [
                {
                    "environment": name,
                    "provider": _provider(environment),
                    "place": _place(environment),
                    **_jobs(environment),
                }
                for name, environment in fraise.environments.items()
            ],
        }
        for fraise in fraises
    ]


def _jobs(environment: Environment) -> dict[str, Any]:
    found = [
        {"job": job.name, "schedule": job.schedule, "timezone": job.timezone} for job in environment.jobs
    ]
    return {"jobs": found} if found else {}


def _flat_rows(fraises: Iterable[Fraise]) -> list[dict[str, Any]]:
    return [
        {
            "schema": 1,
            "fraise": fraise.name,
            "environment": name,
            "type": fraise.type,
            "provider": _provider(environment),
            "place": _place(environment),
        }
        for fraise in fraises
        for name, environment in fraise.environments.items()
    ]
