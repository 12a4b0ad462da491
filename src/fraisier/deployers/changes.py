"""What a deployment changes outside its release: backup, pre_deployment hooks and migration before the switch,
post_deployment hooks after it. A return to a release that lies on the target runs none of them.
"""

from __future__ import annotations

from fraisier.config.environment import Environment
from fraisier.model.plan import Observed
from fraisier.model.step import Position, Step
from fraisier.providers.provider import Provider


def changes(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """In this order: the backup precedes whatever may change the database, and people migrate in hooks, too."""
    if observed.reuse is not None:
        return ()
    hooks = environment.hooks.pre_deployment
    return (
        *_backup(provider, environment, observed),
        *(provider.hook(environment, observed, hook, Position.BEFORE) for hook in hooks),
        *_migration(provider, environment, observed),
    )


def followers(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """What runs once the new version is live and well."""
    if observed.reuse is not None:
        return ()
    hooks = environment.hooks.post_deployment
    return tuple(provider.hook(environment, observed, hook, Position.AFTER) for hook in hooks)


def _backup(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    database = environment.database
    if database is None or not database.backup:
        return ()
    return (provider.backup(environment, observed, database.backup),)


def _migration(provider: Provider, environment: Environment, observed: Observed) -> tuple[Step, ...]:
    database = environment.database
    if database is None or not database.migrate:
        return ()
    return (provider.migrate(environment, observed, database.migrate, database.down),)
