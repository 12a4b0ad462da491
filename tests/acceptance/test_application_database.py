"""The application's database: migrated once before the switch, taken back with the version, never dropped by accident."""

import sqlite3
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.postgresql import postgresql

SCRIPT = """\
import sqlite3, sys
done = sqlite3.connect("{database}")
done.execute("CREATE TABLE IF NOT EXISTS applied (label TEXT PRIMARY KEY)")
label = open("label").read().strip()
if sys.argv[1] == "rebuild":
    done.execute("DROP TABLE applied")
    done.execute("CREATE TABLE applied (label TEXT PRIMARY KEY)")
if sys.argv[1] == "up":
    done.execute("INSERT OR IGNORE INTO applied VALUES (?)", (label,))
if sys.argv[1] == "down":
    done.execute("DELETE FROM applied WHERE label = ?", (label,))
done.commit()
"""


@pytest.fixture
def data(shop):
    """The database of an application that migrates by commands of its own."""
    path = shop.root / "data.db"
    shop.script = SCRIPT.format(database=path)

    def applied():
        with sqlite3.connect(path) as found:
            return [label for (label,) in found.execute("SELECT label FROM applied ORDER BY label")]

    return applied


def own(verb):
    return [sys.executable, "migrate.py", verb]


def commit(shop, mode="ok"):
    return shop.commit(mode, **{"migrate.py": shop.script})


def test_a_rollback_takes_back_what_was_migrated_since(shop, data):
    shop.configure(database={"migrate": own("up"), "down": own("down")})
    first = commit(shop)
    for _ in range(2):
        shop.deploy()
        newest = commit(shop)
    shop.deploy()
    assert data() == ["v1", "v2", "v3"]
    assert shop.rollback("production", "--to", first)["status"] == "success"
    assert data() == ["v1"]
    back = shop.rollback("production", "--to", newest)
    assert (back["status"], data()) == ("success", ["v1", "v3"])
    assert shop.deploy("production", "--force")["status"] == "success"


def test_a_rollback_that_fails_migrates_again(shop, data):
    shop.configure(database={"migrate": own("up"), "down": own("down")})
    first = commit(shop)
    shop.deploy()
    commit(shop)
    shop.deploy()
    [mode] = shop.app_path().glob(f"releases/*-{first[:7]}/mode")
    mode.write_text("sick\n")
    assert shop.rollback()["status"] == "rolled_back"
    assert data() == ["v1", "v2"]


def test_without_a_way_down_a_person_has_to_say_that_the_schema_stays(shop, data):
    shop.configure(database={"migrate": own("up")})
    first = commit(shop)
    shop.deploy()
    commit(shop)
    shop.deploy()
    refused = shop.run("rollback", "shop", "production")
    assert refused.exit_code == 2
    assert "--keep-schema" in refused.stderr
    assert shop.run("rollback", "shop", "production", "--dry-run").exit_code == 2
    kept = shop.rollback("production", "--keep-schema")
    assert (kept["status"], kept["new_version"]) == ("success", first)
    assert data() == ["v1", "v2"]
    [step] = [step for step in kept["steps"] if step["name"] == "migrate_database"]
    assert step["status"] == "skipped"


def test_what_stays_is_said_by_name(shop, data):
    shop.configure(database={"migrate": own("up")})
    commit(shop)
    shop.deploy()
    commit(shop, "sick")
    answer = shop.deploy()
    assert answer["status"] == "rolled_back"
    [left] = answer["not_undone"]
    assert (left["step"], data()) == ("Database migrated", ["v1", "v2"])
    assert "database.down" in left["how"]


def test_production_is_never_rebuilt_by_accident(shop, data):
    database = {"strategy": "rebuild", "rebuild": own("rebuild"), "migrate": own("up")}
    environments = {name: {"database": database} for name in ("production", "development")}
    shop.configure(environments=environments)
    commit(shop)
    refused = shop.run("deploy", "shop", "production")
    assert refused.exit_code == 2
    assert "--force-rebuild" in refused.stderr
    assert shop.run("deploy", "shop", "production", "--force").exit_code == 2
    assert shop.releases("production") == []
    assert shop.deploy("development")["status"] == "success"
    commit(shop)
    assert shop.deploy("development")["status"] == "success"
    assert data() == ["v2"]
    assert shop.deploy("production", "--force-rebuild")["status"] == "success"


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL server for all tests of this file."""
    with tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as folder, postgresql(Path(folder)) as address:
        yield address


@pytest.fixture
def server(postgres):
    """A database of the server that holds nothing, and a way to ask it."""
    import psycopg

    name = f"t{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name}")
    address = postgres.replace("/postgres?", f"/{name}?")
    with psycopg.connect(address, autocommit=True) as connection:
        found = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"

        def tables():
            bookkeeping = {"alembic_version", "tb_confiture", "tb_confiture_steps", "confiture_lock_holder"}
            return [name for (name,) in connection.execute(found) if name not in bookkeeping]

        tables.address = address
        yield tables


ALEMBIC = {
    "alembic.ini": "[alembic]\nscript_location = %(here)s/alembic\n",
    "alembic/env.py": """\
import os
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
with create_engine(url).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
""",
}
REVISION = """\
from alembic import op
revision, down_revision = "{name}", {before!r}
def upgrade():
    op.execute("{up}")
def downgrade():
    {down}
"""


def revision(name, before, *, up=None, down=None):
    down = down or f'op.execute("DROP TABLE {name}")'
    text = REVISION.format(name=name, before=before, up=up or f"CREATE TABLE {name} (id int)", down=down)
    return {f"alembic/versions/{name}.py": text}


def put(shop, files, mode="ok"):
    """Commit files that lie in folders."""
    for name, text in files.items():
        path = shop.repository.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return shop.commit(mode)


def stands(answer):
    [step] = [step for step in answer["steps"] if step["name"] == "migrate_database"]
    return step["status"]


def test_alembic_goes_forward_and_back_with_the_version(shop, server):
    shop.configure(database={"tool": "alembic"}, env_vars={"DATABASE_URL": server.address})
    first = put(shop, {**ALEMBIC, **revision("one", None)})
    assert shop.deploy()["status"] == "success"
    assert server() == ["one"]
    put(shop, revision("two", "one"), "sick")
    answer = shop.deploy()
    assert (answer["status"], stands(answer), answer["not_undone"]) == ("rolled_back", "undone", [])
    assert server() == ["one"]
    put(shop, {})
    shop.deploy()
    assert server() == ["one", "two"]
    assert shop.rollback()["new_version"] == first
    assert server() == ["one"]


def test_half_a_batch_of_alembic_is_taken_back_or_named(shop, server):
    shop.configure(database={"tool": "alembic"}, env_vars={"DATABASE_URL": server.address})
    put(shop, {**ALEMBIC, **revision("one", None)})
    shop.deploy()
    put(shop, revision("two", "one") | revision("three", "two", up="CREATE TABEL three (id int)"))
    answer = shop.deploy()
    assert (answer["status"], answer["not_undone"]) == ("failed", [])
    assert "TABEL" in answer["error"]["message"]
    assert server() == ["one"]
    put(shop, revision("two", "one", down="raise SystemExit('there is no way back')"))
    answer = shop.deploy()
    [left] = answer["not_undone"]
    assert answer["status"] == "failed"
    assert "stands at two, before it stood at one" in left["what"]
    assert "no way back" in left["how"]
    assert server() == ["one", "two"]


def migration(number, name, *, up=None, down=None):
    stem = f"db/migrations/2026010100000{number}_{name}"
    up = up or f"CREATE TABLE {name} (id int);"
    return {f"{stem}.up.sql": up + "\n", f"{stem}.down.sql": (down or f"DROP TABLE {name};") + "\n"}


def confiture(server, environment="production"):
    text = (
        f"name: {environment}\ninclude_dirs: [db/schema]\nexclude_dirs: []\ndatabase_url: {server.address}\n"
        "migration:\n  tracking_table: tb_confiture\n"
    )
    return {f"db/environments/{environment}.yaml": text, "db/schema/a.sql": "CREATE TABLE built (id int);\n"}


def test_confiture_goes_forward_and_back_and_half_a_batch_is_taken_back(shop, server):
    shop.configure(database={"tool": "confiture", "type": "postgresql"})
    first = put(shop, confiture(server) | migration(1, "one"))
    assert shop.deploy()["status"] == "success"
    put(shop, migration(2, "two") | migration(3, "three", up="CREATE TABEL three (id int);"))
    answer = shop.deploy()
    assert (answer["status"], stands(answer), answer["not_undone"]) == ("failed", "undone", [])
    assert server() == ["one"]
    put(shop, migration(3, "three"))
    assert shop.deploy()["status"] == "success"
    assert server() == ["one", "three", "two"]
    assert shop.rollback()["new_version"] == first
    assert server() == ["one"]


def test_a_first_migration_by_confiture_leaves_nothing_when_it_fails(shop, server):
    shop.configure(database={"tool": "confiture"}, env_vars={"CONFITURE_DATABASE_URL": server.address})
    put(shop, migration(1, "one"), "sick")
    answer = shop.deploy()
    assert (answer["status"], answer["not_undone"], server()) == ("failed", [], [])


@pytest.mark.feature("CFG-16")
def test_confiture_rebuilds_a_development_database(shop, server):
    shop.configure(environments={"development": {"database": {"tool": "confiture", "strategy": "rebuild"}}})
    put(shop, confiture(server, "development") | migration(1, "one"))
    answer = shop.deploy("development")
    assert answer["status"] == "success", answer
    assert server() == ["built"]


DJANGO = {
    "manage.py": """\
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
""",
    "settings.py": """\
SECRET_KEY, INSTALLED_APPS, USE_TZ = "x", ["bread"], True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "@DATABASE@"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
""",
    "bread/__init__.py": "",
    "bread/migrations/__init__.py": "",
}
MODEL = """\
from django.db import migrations, models
class Migration(migrations.Migration):
    initial = {initial}
    dependencies = {dependencies!r}
    operations = [{operation}]
"""


def model(number, name, *, before=None, operation=None):
    made = f'migrations.CreateModel("{name}", [("id", models.AutoField(primary_key=True))])'
    text = MODEL.format(
        initial=before is None,
        dependencies=[("bread", before)] if before else [],
        operation=operation or made,
    )
    return {f"bread/migrations/000{number}_{name}.py": text}


def test_django_on_sqlite(shop):
    path = shop.root / "django.db"
    files = {name: text.replace("@DATABASE@", str(path)) for name, text in DJANGO.items()}
    tool = {"tool": "django", "tool_command": [sys.executable, "manage.py"]}

    def tables():
        with sqlite3.connect(path) as found:
            rows = found.execute("SELECT name FROM sqlite_master WHERE name LIKE 'bread_%' ORDER BY 1")
            return [name for (name,) in rows]

    shop.configure(
        environments={
            "production": {"database": tool},
            "development": {"database": {**tool, "strategy": "rebuild"}},
        }
    )
    first = put(shop, files | model(1, "one"))
    assert shop.deploy()["status"] == "success"
    broken = 'migrations.RunSQL("CREATE TABEL x", "DROP TABLE x")'
    put(shop, model(2, "two", before="0001_one") | model(3, "three", before="0002_two", operation=broken))
    answer = shop.deploy()
    assert (answer["status"], answer["not_undone"], tables()) == ("failed", [], ["bread_one"])
    no_way_back = 'migrations.RunSQL("CREATE TABLE bread_three (id int)")'
    put(shop, model(3, "three", before="0002_two", operation=no_way_back), "sick")
    answer = shop.deploy()
    [left] = answer["not_undone"]
    assert answer["status"] == "rolled_back"
    assert "0003_three" in left["what"]
    assert "0001_one" in left["what"]
    assert shop.live_version() == first
    put(shop, {})
    assert shop.deploy("development")["status"] == "success"
    assert tables() == ["bread_one", "bread_three", "bread_two"]
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM django_migrations").fetchone() == (3,)
