"""What belongs to this machine and this user: folders, plugins, keys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from fraisier.config import FraisierConfig
from fraisier.database import Database
from fraisier.database.sqlite import upkeep
from fraisier.errors import FraiseQLError
from fraisier.git.address import parse
from fraisier.git.mirror import work_folder
from fraisier.model.finding import Finding, ok, problem, warning
from fraisier.plugins.load import load

MIB = 1024 * 1024
ENOUGH = 100 * MIB


def database(of: Database) -> Iterator[Finding]:
    """The file can be read, has a schema that we know, and nobody else may read it."""
    try:
        if not of.exists:
            yield _writable("database", of.path.parent, f"{of.path} is made by the first deployment.")
            return
        found = upkeep.inspect(of.path)
    except FraiseQLError as error:
        yield problem("database", error.message, error.hint)
        return
    if not found.sound:
        fix = "fraisier db check" if found.damage or found.dangling else "fraisier db upgrade"
        yield problem("database", f"{of.path} is not sound.", fix)
    elif of.path.stat().st_mode & 0o077:
        yield warning("database", f"Others may read {of.path}.", f"chmod 600 {of.path}")
    else:
        yield ok("database", f"{of.path} is sound: schema {found.version}.")
    yield from _room("database", of.path.parent)


def is_there(of: Database) -> bool:
    """Whether there is a database that this user may look at."""
    try:
        return of.exists
    except FraiseQLError:
        return False


def mirrors() -> Iterator[Finding]:
    """The folder for copies of repositories."""
    try:
        folder = work_folder()
    except FraiseQLError as error:
        yield problem("mirrors", error.message, error.hint)
        return
    yield _writable("mirrors", folder, f"{folder} holds copies of repositories.")
    yield from _room("mirrors", folder)


def plugins() -> Iterator[Finding]:
    """Every plugin can be loaded."""
    for plugin in load():
        if plugin.trouble:
            said = f"{plugin.file} is not used: {plugin.trouble}."
            yield problem("plugins", said, f"mend it, or: fraisier plugin remove {plugin.file.stem}")
    offered = [offer.name for plugin in load() for offer in plugin.offers]
    if offered:
        yield ok("plugins", f"{', '.join(offered)} can be used.")


def ssh_keys(config: FraisierConfig) -> Iterator[Finding]:
    """Only looked at when a repository is reached by ssh."""
    if not any(
        _by_ssh(each.git_repo) for fraise in config.fraises.values() for each in fraise.environments.values()
    ):
        return
    keys = _keys(Path.home() / ".ssh")
    for key in keys:
        if key.stat().st_mode & 0o077:
            yield problem("ssh key", f"Others may read {key}, so ssh will not use it.", f"chmod 600 {key}")
    if keys or os.environ.get("SSH_AUTH_SOCK"):
        yield ok("ssh key", f"{len(keys)} in {Path.home() / '.ssh'}." if keys else "An ssh agent holds keys.")
    else:
        yield problem(
            "ssh key", "A repository is reached by ssh, and there is no key.", "ssh-keygen -t ed25519"
        )


def pushes(config: FraisierConfig) -> Iterator[Finding]:
    """A branch that deploys on a push needs a secret to know the forge by."""
    if not config.branch_mapping:
        return
    if os.environ.get("FRAISIER_WEBHOOK_SECRET") or any(
        f.webhook_secrets for f in config.git.forges.values()
    ):
        yield ok("webhooks", "Deliveries are verified with a secret.")
    else:
        yield warning(
            "webhooks",
            "branch_mapping names branches, and no secret is set here: `fraisier serve` would refuse every delivery.",
            'export FRAISIER_WEBHOOK_SECRET="$(openssl rand -hex 32)"',
        )


def _by_ssh(git_repo: str) -> bool:
    try:
        return bool(parse(git_repo).server)
    except FraiseQLError:
        return False


def _keys(folder: Path) -> list[Path]:
    """Private keys by the names that ssh tries."""
    return [key for key in sorted(folder.glob("id_*")) if not key.suffix and key.is_file()]


def _writable(check: str, folder: Path, said: str) -> Finding:
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if os.access(nearest, os.W_OK | os.X_OK):
        return ok(check, said)
    return problem(check, f"{nearest} cannot be written.", f'sudo install -d -o "$USER" {folder}')


def _room(check: str, folder: Path) -> Iterator[Finding]:
    nearest = next((each for each in (folder, *folder.parents) if each.is_dir()), Path("/"))
    free = shutil.disk_usage(nearest).free
    if free < ENOUGH:
        yield problem(check, f"The disk of {folder} has {free // MIB} MiB left.", "make room there")
