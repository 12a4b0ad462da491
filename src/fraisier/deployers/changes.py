"""What a deployment changes outside its release: backup, pre_deployment hooks and migration before the switch,
post_deployment hooks after it. A return to a release that lies on the target runs no hooks; what was migrated since
is taken back, and what cannot be is kept only when a person says so.
"""

from __future__ import annotations

from fraisier.config.app_database import AppDatabase, is_production
from fraisier.config.environment import Environment
from fraisier.errors import ConfigurationError
from fraisier.hosts import layout
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import Position, Step
from fraisier.providers.provider import Provider, SchemaChange


def readied(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """The release, then what changes with it. In a tree that is used in place, migrations are taken back by the files
    that are about to go, so before those go.
    """
    prepared = provider.prepare(environment, observed)
    changed = changes(provider, environment, observed)
    if observed.home and any(step.params.get("back") for step in changed):
        return (*prepared[:1], *changed, *prepared[1:])
    return (*prepared, *changed)


def changes(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """In this order: the backup precedes whatever may change the database, and people migrate in hooks, too."""
    database = environment.database or AppDatabase()
    change = _change(database, environment, observed) if database.changes else None
    migration = () if change is None else (provider.migrate(environment, observed, change),)
    touched = observed.reuse is None or (change is not None and not change.keep)
    backup = (provider.backup(environment, observed, database.backup),) if database.backup and touched else ()
    hooks = () if observed.reuse is not None else environment.hooks.pre_deployment
    return (
        *backup,
        *(provider.hook(environment, observed, hook, Position.BEFORE) for hook in hooks),
        *migration,
    )


def followers(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """What runs once the new version is live and well."""
    if observed.reuse is not None:
        return ()
    hooks = environment.hooks.post_deployment
    return tuple(provider.hook(environment, observed, hook, Position.AFTER) for hook in hooks)


def _change(database: AppDatabase, environment: Environment, observed: Observed) -> SchemaChange | None:
    """Raises `ConfigurationError` for what only a person may decide."""
    if observed.reuse is not None:
        return _return(database, environment, observed, observed.reuse)
    if database.strategy == "rebuild":
        _refuse_to_rebuild(environment, observed)
        return SchemaChange(release=observed.release_name, rebuild=True)
    return SchemaChange(release=observed.release_name)


def _return(
    database: AppDatabase, environment: Environment, observed: Observed, to: Release
) -> SchemaChange | None:
    """Back to an older release, or on to a newer one that was live before."""
    since = tuple(name for name in reversed(observed.migrated) if layout.age(name) > layout.age(to.name))
    if since:
        if not observed.keep_schema:
            _refuse_to_cross(database, environment, observed, since)
        return SchemaChange(back=since, keep=observed.keep_schema)
    newer = observed.live is not None and layout.age(to.name) > layout.age(observed.live.name)
    if newer and to.name not in observed.migrated:
        return SchemaChange(release=to.name, keep=observed.keep_schema)
    return None


def _refuse_to_rebuild(environment: Environment, observed: Observed) -> None:
    if is_production(environment.environment) and not observed.rebuild:
        raise ConfigurationError(
            f"{environment.identity} is production, and database.strategy: rebuild drops all of its data.",
            hint="Write strategy: apply. To lose the data for once: "
            f"fraisier deploy {environment.fraise} {environment.environment} --force-rebuild",
        )


def _refuse_to_cross(
    database: AppDatabase, environment: Environment, observed: Observed, since: tuple[str, ...]
) -> None:
    there = {release.name for release in observed.releases}
    gone = [name for name in since if name not in there]
    if database.strategy != "rebuild" and not gone and (database.tool != "command" or database.down):
        return
    why = f"the release {gone[0]} is gone" if gone else "nothing takes them back (database.down)"
    raise ConfigurationError(
        f"{since[0]} has migrated the database of {environment.identity} since then, and {why}.",
        hint="When the old version can live with the new schema: "
        f"fraisier rollback {environment.fraise} {environment.environment} --keep-schema",
    )
