"""Prints what a deployment would do: `--dry-run`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fraisier.cli import steps, terminal
from fraisier.cli.app import App
from fraisier.model.commit import short
from fraisier.model.step import Step

if TYPE_CHECKING:
    from fraisier.engine.survey import Wanted
    from fraisier.model.identity import Identity
    from fraisier.observer.desk import Desk, Preview


def show(app: App, preview: Preview) -> int:
    if app.json:
        terminal.answer(as_dict(preview))
        return 0
    for line in lines(preview):
        terminal.say(line)
    return 0


def show_all(app: App, previews: Sequence[Preview]) -> int:
    """One after the other; one array for machines."""
    if app.json:
        terminal.answer([as_dict(preview) for preview in previews])
        return 0
    for preview in previews:
        show(app, preview)
    return 0


async def each(desk: Desk, identities: Sequence[Identity], wanted: Wanted) -> list[Preview]:
    """What would happen in each of these lanes."""
    return [await desk.preview(identity, wanted) for identity in identities]


def as_dict(preview: Preview) -> dict[str, Any]:
    """The JSON answer of `--dry-run`: the plan itself, and what it was decided from."""
    from fraisier.config.show import masked

    plan = preview.plan
    return {
        "schema": 1,
        "dry_run": True,
        "kind": str(plan.kind),
        "fraise": plan.identity.fraise,
        "environment": plan.identity.environment,
        "current_version": preview.current,
        "target_version": preview.target.sha,
        "provider": plan.provider,
        "target": plan.target,
        "up_to_date": preview.up_to_date,
        "notes": list(plan.notes),
        "steps": [
            {"name": step.kind, "title": step.title, "params": masked("params", step.params)}
            for step in plan.steps
        ],
        "differences": preview.differences,
    }


def lines(preview: Preview) -> list[str]:
    """The plan as a person reads it, and the changes between the two versions."""
    plan = preview.plan
    return [
        f"Dry run: {steps.heading(plan)}",
        f"  Current version: {terminal.one_line(_current(preview))}",
        f"  Target version:  {terminal.one_line(preview.target.shown)}{_same(preview)}",
        f"  Provider:        {plan.provider}",
        f"  Target:          {plan.target}",
        *(f"  Note: {terminal.one_line(note)}" for note in plan.notes),
        "",
        "Steps:",
        *(line for number, step in enumerate(plan.steps, 1) for line in _step(number, step)),
        "",
        *_differences(preview.differences),
        "Nothing was changed.",
    ]


def _current(preview: Preview) -> str:
    old = preview.plan.old
    return old.commit.shown if old and old.commit.sha == preview.current else short(preview.current)


def _same(preview: Preview) -> str:
    return "  (up to date; only --force deploys it again)" if preview.up_to_date else ""


def _step(number: int, step: Step) -> list[str]:
    name = step.doing.rstrip(".…") or step.title
    return [f"  {number:>2}. {name}", *(f"        $ {terminal.clean(text)}" for text in _commands(step))]


def _commands(step: Step) -> list[str]:
    """What a step runs, where that is the user's own command. No command for a build means the script, if any."""
    if argv := step.params.get("argv"):
        return [shlex.join(str(word) for word in argv)]
    return ["./build.sh    # if the release has one"] if step.kind == "build_release" else []


def _differences(text: str) -> list[str]:
    if not text.strip():
        return []
    return ["Changes:", *(f"  {line}" for line in terminal.clean(text).rstrip().splitlines()), ""]
