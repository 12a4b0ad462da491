"""`hooks:` — commands of the user before and after a deployment. They are the only ones that a shell may read."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from fraisier.config.kinds import ANY_TEXT, ARGV, FLAG, choice, duration, scalar
from fraisier.config.node import Mapping, Sequence
from fraisier.config.references import SOURCES
from fraisier.config.section import BAD, Field, Kind, Value, nested, plain, section

FOREIGN: Final = re.compile(rf"\$\{{({'|'.join(SOURCES)}):[^-=?+}}][^}}]*\}}")
"""A reference to a source that no shell knows; `${file:-default}` is a variable called file."""


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """`command` is an argument list; a text became `sh -c text`, and its variables come from the environment.

    `timeout` is in seconds. `on_failure: warn` records a failure and goes on. `sandbox`: it can write in the release
    only.
    """

    command: tuple[str, ...]
    on_failure: Literal["fail", "warn"] = "fail"
    timeout: float = 600.0
    sandbox: bool = False


class Hooks(msgspec.Struct, frozen=True, kw_only=True):
    """Run in this order, in the new release's folder."""

    pre_deployment: tuple[Hook, ...] = ()
    post_deployment: tuple[Hook, ...] = ()


def _read_command(value: Value) -> Any:
    if isinstance(value.node, Sequence):
        return ARGV.read(value)
    written = scalar(value, COMMAND.expected)
    if written is BAD:
        return BAD
    if not written.strip():
        return value.refuse("is an empty command")
    if found := FOREIGN.search(written):
        what = f"holds a {found[0]} reference, and the shell only knows variables"
        return value.refuse(what, hint="pass it through env_vars")
    return ("sh", "-c", written)


COMMAND: Final = Kind("a command: text for the shell, or a list of words", _read_command, ARGV.shape)

HOOK: Final = section(
    "hooks.WHEN",
    "One command before or after a deployment.",
    Field("command", COMMAND, "What to run in the new release's folder, with env_vars in its environment."),
    Field(
        "on_failure",
        choice("way to go on after a failure", ("fail", "warn")),
        "fail ends the deployment and brings the old version back; warn is recorded and goes on.",
    ),
    Field("timeout", duration(minimum=1), "How long the command may take."),
    Field(
        "sandbox",
        FLAG,
        "true: run by `user`, it can write in the release only, and leaves no process behind.",
    ),
    of=Hook,
)


def _read_hook(value: Value) -> Any:
    if not isinstance(value.node, Mapping):
        command = COMMAND.read(value)
        return BAD if command is BAD else Hook(command=command)
    found = HOOK.read(value)
    if "command" not in found:
        return value.refuse("names no command")
    written = plain(found)
    return Hook(**written) if "command" in written else BAD


def _read_list(value: Value) -> Any:
    """A single hook may stand without a list; a list of words is a list of hooks."""
    items = value.node.items if isinstance(value.node, Sequence) else [value.node]
    paths = (
        [f"{value.path}[{n}]" for n in range(len(items))]
        if isinstance(value.node, Sequence)
        else [value.path]
    )
    hooks = tuple(
        _read_hook(Value(item, path, value.problems)) for item, path in zip(items, paths, strict=True)
    )
    return BAD if BAD in hooks else hooks


HOOK_LIST: Final = Kind(
    "a command, or a list of commands or mappings with a command",
    _read_list,
    {"anyOf": [HOOK, ANY_TEXT, {"type": "array", "items": {"anyOf": [HOOK, ARGV.shape]}}]},
)

HOOKS: Final = section(
    "hooks",
    "Commands before and after a deployment.",
    Field("pre_deployment", HOOK_LIST, "Run before the service is touched, after the backup."),
    Field("post_deployment", HOOK_LIST, "Run after the new version is healthy."),
    of=Hooks,
)
HOOKS_KIND: Final = nested(HOOKS)
