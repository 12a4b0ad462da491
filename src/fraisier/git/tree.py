"""Commands for a work tree that is used in place. Pure; the program itself is tree.sh."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.git import environment
from fraisier.git.params import Folder, Name, Sha
from fraisier.git.script import script
from fraisier.git.trouble import last_line, recognise
from fraisier.model.command import Command, CommandResult
from fraisier.model.commit import short

DEADLINE: Final = 900.0
_STALE: Final = 64
_MODIFIED: Final = 65
_NO_SUCH_COMMIT: Final = 66
_SUBMODULES: Final = 68
_IN_THE_WAY: Final = 73
_BUSY: Final = 75
_ENDINGS: Final = {
    _STALE: (
        "The files in {tree} differ from commit {commit} after they were written: {names}.",
        "Does something else write there? Is the file system able to hold these names and modes?",
    ),
    _MODIFIED: (
        "Tracked files in {tree} are modified: {names}.",
        "`git -C {tree} diff` shows how. Commit it, or `git -C {tree} checkout -- .`, and deploy again.",
    ),
    _NO_SUCH_COMMIT: (
        "Neither {tree} nor the mirror has all of commit {commit}.",
        "Deploy again: the mirror is then fetched anew.",
    ),
    _SUBMODULES: (
        "Commit {commit} has submodules, which are not supported: {names}.",
        "Take their files into the repository, or fetch them in build.",
    ),
    _IN_THE_WAY: (
        "Untracked files in {tree} stand where commit {commit} has files of its own: {names}.",
        "Move them away and deploy again; Fraisier never touches an untracked file.",
    ),
    _BUSY: (
        "Somebody else's Git is at work in {tree}, or has left a lock there.",
        "See that no git runs there, remove {tree}/.git/index.lock and HEAD.lock, and deploy again.",
    ),
}


class UpdateTree(msgspec.Struct, frozen=True, kw_only=True):
    """`attempt` names the deployment: only what it has moved is moved back by it."""

    tree: Folder
    mirror: Folder
    commit: Sha
    release: Name
    attempt: Name


class TreeState(msgspec.Struct, frozen=True, kw_only=True):
    """`head` is the commit that lies in the tree, None before the first; `moved` the one Fraisier last put there."""

    head: str | None
    moved: str | None
    modified: tuple[str, ...]


def state(tree: str) -> Command:
    """Say what lies in the tree. Changes nothing."""
    return _tree("state", tree, deadline=60)


def update(what: UpdateTree) -> Command:
    """Make every tracked file what it is in the commit, and HEAD that commit; no branch moves."""
    return _tree("update", what.tree, what.mirror, what.commit, what.release, what.attempt)


def back(tree: str, attempt: str) -> Command:
    """Bring back the files and the HEAD of before; does nothing where this attempt has moved nothing."""
    return _tree("back", tree, attempt)


def forget(tree: str, release: str) -> Command:
    """Let Git clean away the commit of a release that is no longer needed."""
    return _tree("forget", tree, release, deadline=60)


def parse_state(output: str) -> TreeState:
    said = [line.partition(" ")[::2] for line in output.splitlines()]
    first = dict(reversed(said))
    return TreeState(
        head=first.get("head") or None,
        moved=first.get("moved") or None,
        modified=tuple(rest for word, rest in said if word == "modified"),
    )


def failure(result: CommandResult, tree: str, commit: str) -> StepFailed:
    """What a tree that could not be moved to a commit means for people."""
    if ending := _ENDINGS.get(result.exit_code):
        names = ", ".join(line.strip() for line in result.output.strip().splitlines()[-10:])
        message, hint = (text.format(tree=tree, commit=short(commit), names=names) for text in ending)
        return StepFailed(message, hint=hint)
    if "Permission denied" in result.output:
        return StepFailed(
            f"Git may not change {tree}: {last_line(result.output)}.",
            hint=f"Give everything in it to one user (chown -R USER {tree}), run Fraisier as that user or as root, "
            "and deploy again.",
        )
    trouble = recognise(result)
    return StepFailed(f"{tree} cannot be moved to {short(commit)}: {trouble.message}", hint=trouble.hint)


def refuse_modified(seen: TreeState, tree: str) -> None:
    """Raises `StepFailed` where somebody has changed tracked files by hand."""
    if seen.modified:
        shown = "\n".join(seen.modified[:10])
        raise failure(CommandResult(exit_code=_MODIFIED, output=shown), tree, "")


def _tree(verb: str, tree: str, *words: str, deadline: float = DEADLINE) -> Command:
    return script("tree", verb, tree, *words, env=environment.tree(), deadline=deadline)
