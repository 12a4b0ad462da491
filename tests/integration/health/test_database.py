"""The database check against real databases: SQLite, PostgreSQL and MariaDB."""

import sqlite3
import time

import pytest

from fraisier.config.health_check import HealthCheck
from fraisier.errors import ConfigurationError
from fraisier.health import database
from fraisier.health.database import DatabaseCheck
from fraisier.health.params import Params
from fraisier.secrets.resolver import Resolver
from tests.support.mariadb import mariadb
from tests.support.ports import free_port
from tests.support.postgresql import postgresql


class Site:
    def __init__(self, **environ):
        self.resolve = Resolver(environ).resolve


async def ask(address, query="SELECT 1", within=2.0, site=None):
    check = HealthCheck(type="database", connection_string=address, query=query, timeout=within)
    return await DatabaseCheck().ask(site or Site(), check, Params())


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE product (name TEXT)")
    made.close()
    return path


@pytest.mark.parametrize("slashes", ["sqlite:///", "sqlite:////"])
async def test_a_query_to_a_sqlite_file(file, slashes):
    address = f"{slashes}{str(file).lstrip('/')}"
    assert (await ask(address, "SELECT * FROM product")).good
    answer = await ask(address, "SELECT * FROM basket")
    assert (answer.good, answer.said) == (False, f"{file}: no such table: basket")


async def test_asking_changes_nothing_and_makes_no_file(file, tmp_path):
    assert (await ask(f"sqlite://{file}", "INSERT INTO product VALUES ('a')")).good
    with sqlite3.connect(file) as seen:
        assert seen.execute("SELECT count(*) FROM product").fetchone() == (0,)
    seen.close()
    assert not (await ask(f"sqlite://{tmp_path}/none.db")).good
    assert not (tmp_path / "none.db").exists()


async def test_a_query_that_takes_too_long_is_interrupted(file):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    began = time.monotonic()
    answer = await ask(f"sqlite://{file}", endless, within=0.3)
    assert (answer.good, answer.said) == (False, "no answer within 0.3 s")
    assert time.monotonic() - began < 10


async def test_queries_to_postgresql(short_folder):
    with postgresql(short_folder) as address:
        assert (await ask(address, "SELECT current_user")).good
        assert (await ask(address.replace("postgresql://", "postgres://"))).good
        assert 'relation "basket" does not exist' in (await ask(address, "SELECT * FROM basket")).said
        assert (await ask(address, "SELECT pg_sleep(30)", within=0.5)).said == "no answer within 0.5 s"
        assert "nothing_here" in (await ask(address.replace("/postgres?", "/nothing_here?"))).said
    assert not (await ask(address)).good


async def test_queries_to_mysql(short_folder):
    with mariadb(short_folder) as address:
        assert (await ask(address, "SELECT current_user()")).good
        assert (await ask(address.replace("mysql://", "mariadb://"))).good
        assert "Table 'mysql.basket' doesn't exist" in (await ask(address, "SELECT * FROM basket")).said
        assert (await ask(address, "SELECT SLEEP(30)", within=0.5)).said == "no answer within 0.5 s"
        refused = await ask(address.replace("root@", "root:s3cr3t-word@"))
        assert "Access denied" in refused.said
        assert "s3cr3t-word" not in refused.said


async def test_a_mysql_server_that_is_not_there():
    answer = await ask(f"mysql://ada:s3cr3t-word@127.0.0.1:{free_port()}/shop")
    assert not answer.good
    assert "Can't connect to MySQL server" in answer.said
    assert "s3cr3t-word" not in answer.said
    refused = await ask("mysql://127.0.0.1/shop?sslmode=on")
    assert refused.said == "the address has an unknown option 'sslmode'"


async def test_a_password_is_never_said(short_folder):
    site = Site(DATABASE_URL=f"postgresql://ada:s3cr3t%20word@/x?host={short_folder}&sslmode=s3cr3t%20word")
    answer = await ask("${DATABASE_URL}", site=site)
    assert not answer.good
    assert "s3cr3t" not in answer.said
    check = HealthCheck(type="database", connection_string="mysql://ada:s3cr3t@db/shop?charset=utf8")
    assert DatabaseCheck().shown(check) == "the query 'SELECT 1' at mysql://***@db/shop"


@pytest.mark.parametrize("address", ["oracle://db/x", "shop.db", ""])
async def test_an_unknown_kind_of_database_is_refused_before_anything_happens(address):
    check = HealthCheck(type="database", connection_string=address)
    with pytest.raises(ConfigurationError, match="names no kind of database"):
        DatabaseCheck().prepare(Site(), check)


async def test_a_missing_extra_is_one_line_with_the_command(monkeypatch):
    monkeypatch.setattr(database, "find_spec", lambda name: None)
    check = HealthCheck(type="database", connection_string="postgresql://db/shop")
    with pytest.raises(ConfigurationError, match="need the package psycopg") as caught:
        DatabaseCheck().prepare(Site(), check)
    assert caught.value.hint == "pip install 'fraisier[postgres]'"
