"""`fraisier db`: look after Fraisier's own database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import age, terminal
from fraisier.cli.app import App
from fraisier.cli.door import common_options, door

if TYPE_CHECKING:
    from fraisier.database import Database

FILE = click.Path(dir_okay=False, path_type=Path)


def _database(app: App) -> Database:
    """The database, also where there is no fraises.yaml: it may be on a machine that only keeps copies."""
    from fraisier.database import Database
    from fraisier.errors import ConfigurationError

    try:
        return app.database(app.config())
    except ConfigurationError:
        if app.config_file:
            raise
        return Database()


@door("fraisier db upgrade", name="upgrade")
def upgrade(app: App) -> None:
    """Make the tables, or bring them up to date.

    Every command that writes does this by itself.
    """
    from fraisier.database.sqlite import schema, upkeep

    path = _database(app).path
    before, after = upkeep.upgrade(path), schema.newest()
    if app.json:
        terminal.answer({"schema": 1, "file": str(path), "before": before, "version": after})
    elif before == after:
        terminal.say(f"✓ {path} is up to date: schema {after}.", colour="green")
    else:
        terminal.say(
            f"✓ {path}: " + (f"schema {before} → {after}." if before else f"made with schema {after}."),
            colour="green",
        )


@door("fraisier db check", "fraisier db check --json", name="check")
def check(app: App) -> int:
    """Check that the database is sound; exits with 1 when it is not.

    Reads every page of the file: integrity, references between rows, version of the schema.
    """
    from fraisier.database.sqlite import upkeep

    database = _database(app)
    if not database.exists:
        return _absent(app, database.path)
    found = upkeep.inspect(database.path)
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "file": str(database.path),
                "sound": found.sound,
                "version": found.version,
                "newest_version": found.newest,
                "damage": list(found.damage),
                "dangling": list(found.dangling),
            }
        )
    elif found.sound:
        terminal.say(f"✓ {database.path} is sound: schema {found.version}.", colour="green")
    else:
        _complain(database.path, found)
    return 0 if found.sound else 1


def _absent(app: App, path: Path) -> int:
    if app.json:
        terminal.answer({"schema": 1, "file": str(path), "sound": None, "version": None})
    else:
        terminal.say(f"There is no database at {path} yet; the first deployment makes it.")
    return 0


def _complain(path: Path, found: Any) -> None:
    for what in (*found.damage, *found.dangling):
        terminal.complain(f"✗ {path}: {terminal.one_line(what)}", colour="red")
    if found.damage or found.dangling:
        terminal.complain("Hint: stop fraisier, and put a backup in its place.")
    else:
        terminal.complain(f"✗ {path} has schema {found.version}; this Fraisier knows {found.newest}.")
        terminal.complain("Hint: fraisier db upgrade")


@door("fraisier db backup /var/backups/fraisier.db", name="backup")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace FILE when it exists.")
def backup(app: App, file: Path, force: bool) -> None:
    """Copy the database to FILE while Fraisier goes on working.

    The copy is checked and complete, or FILE is left alone. To restore, stop fraisier and put it in place.
    """
    from fraisier.database.sqlite import upkeep
    from fraisier.errors import ConfigurationError, DatabaseError

    database = _database(app)
    if not database.exists:
        raise DatabaseError(f"There is no database at {database.path} yet.", hint="fraisier doctor")
    if file.exists() and (file.samefile(database.path) or not force):
        raise ConfigurationError(
            f"{file} exists.", hint="Name another file, or add --force when it is an older backup."
        )
    size = upkeep.copy(database.path, file.absolute())
    if app.json:
        terminal.answer({"schema": 1, "file": str(file.absolute()), "bytes": size})
    else:
        terminal.say(f"✓ {file.absolute()}: {size / 1024:.0f} KiB.", colour="green")


@door(
    "fraisier db prune",
    "fraisier db prune --older-than 30d --archive /var/backups/deployments.jsonl",
    name="prune",
)
@click.option(
    "--older-than",
    default="90d",
    show_default=True,
    metavar="TIME",
    callback=age.seconds,
    help="Such as 90d or 12w.",
)
@click.option("--archive", type=FILE, help="Export to this new file; default: a new one beside the database.")
@click.option("--vacuum", is_flag=True, help="Give the room back to the disk; others wait meanwhile.")
def prune(app: App, older_than: float, archive: Path | None, vacuum: bool) -> None:
    """Export old deployments to a file, then delete them.

    What still runs is never touched, and each environment keeps its newest deployment and what a rollback needs.
    Events stay.
    """
    from fraisier.cli import person
    from fraisier.database.archive import cutoff, new_archive, prune
    from fraisier.database.sqlite import upkeep

    database, before = _database(app), cutoff(older_than)
    file = (archive or new_archive(database)).absolute()
    pruned = prune(database, before, file, person.name())
    if vacuum and database.exists:
        upkeep.compact(database.path)
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "before": before,
                "deployments": pruned.deployments,
                "webhooks": pruned.webhooks,
                "archive": str(pruned.archive) if pruned.archive else None,
            }
        )
    elif pruned.archive is None:
        terminal.say("Nothing is so old and no longer needed.")
    else:
        counted = f"{pruned.deployments} deployments and {pruned.webhooks} webhooks"
        terminal.say(f"✓ {counted} went from the database into {pruned.archive}.", colour="green")


command = click.Group(
    "db",
    help="Look after Fraisier's own database.",
    commands=[upgrade, check, backup, prune],
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
