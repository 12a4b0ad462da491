"""What happens to the application's database when a version comes, and when an earlier one comes back."""

import pytest

from fraisier.config.app_database import AppDatabase
from fraisier.config.environment import Environment
from fraisier.deployers.changes import changes
from fraisier.errors import ConfigurationError
from fraisier.model.commit import Commit
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.providers.provider import provider_of

ONE, TWO, THREE = (
    Release(name=f"2026010{n}-000000-000-{n}aaaaaa", commit=Commit(sha=str(n) * 40)) for n in (1, 2, 3)
)
NEW = Commit(sha="4" * 40)


def planned(database, *, environment="staging", **seen):
    target = Environment(
        fraise="shop", environment=environment, type="api", app_path="/srv/shop", database=database
    )
    observed = Observed(
        attempt="now", commit=NEW, release_name="new", installation_id="i", mirror="/m", **seen
    )
    return changes(provider_of(target), target, observed)


def back(database, to, *, migrated, live=THREE, releases=(ONE, TWO, THREE), **seen):
    names = tuple(release.name for release in migrated)
    return planned(database, reuse=to, live=live, releases=releases, migrated=names, **seen)


COMMAND = AppDatabase(migrate=("up",), down=("down",), backup=("save",))


def test_a_new_version_is_backed_up_and_migrated():
    saved, migrated = planned(COMMAND)
    assert saved.params["what"] == "backup"
    assert (migrated.params["release"], migrated.params["back"]) == ("new", ())


def test_a_return_takes_back_what_came_since_newest_first_after_a_backup():
    saved, step = back(COMMAND, ONE, migrated=(ONE, TWO, THREE))
    assert saved.params["what"] == "backup"
    assert (step.params["release"], step.params["back"]) == (None, (THREE.name, TWO.name))


def test_a_return_that_crosses_nothing_changes_nothing():
    assert back(COMMAND, TWO, migrated=(ONE, TWO)) == ()


@pytest.mark.parametrize(("migrated", "applied"), [((ONE,), TWO.name), ((ONE, TWO), None)])
def test_a_newer_version_that_comes_again_is_migrated_unless_its_migrations_stayed(migrated, applied):
    steps = back(COMMAND, TWO, migrated=migrated, live=ONE)
    assert [step.params["release"] for step in steps if step.kind == "migrate_database"] == (
        [applied] if applied else []
    )


@pytest.mark.parametrize(
    ("database", "releases"),
    [(AppDatabase(migrate=("up",)), (ONE, TWO, THREE)), (COMMAND, (ONE, TWO))],
    ids=["no way down", "the release is gone"],
)
def test_a_migration_without_a_way_back_is_crossed_only_when_a_person_says_so(database, releases):
    with pytest.raises(ConfigurationError) as refused:
        back(database, ONE, migrated=(ONE, THREE), releases=releases)
    assert "fraisier rollback shop staging --keep-schema" in refused.value.hint
    [kept] = back(database, ONE, migrated=(ONE, THREE), releases=releases, keep_schema=True)
    assert kept.params["keep"] is True


REBUILD = AppDatabase(strategy="rebuild", rebuild=("drop",))


@pytest.mark.parametrize("name", ["production", "prod-eu", "live"])
def test_production_is_dropped_only_when_a_person_says_so(name):
    with pytest.raises(ConfigurationError, match="drops all of its data"):
        planned(REBUILD, environment=name)
    [step] = planned(REBUILD, environment=name, rebuild=True)
    assert step.params["rebuild"] is True


def test_a_development_database_is_dropped():
    [step] = planned(REBUILD, environment="development")
    assert (step.params["rebuild"], step.title) == (True, "Database rebuilt")
