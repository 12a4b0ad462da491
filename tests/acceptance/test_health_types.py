"""Every type of health check decides about a real deployment; what cannot be asked is said before anything starts."""

import socket
import sqlite3

import pytest

from tests.support.ports import free_port
from tests.support.postgresql import postgresql

QUICK = {"timeout": 5, "retries": 20, "retry_delay": 0.2}
SECRET = "s3cr3t-pg-42aa"


def configure(shop, check, **keys):
    """The check instead of the shop's own: a list is not merged."""
    shop.configure(health_check=[{**QUICK, **check}], **keys)


def failed(shop):
    """A good version is live; the next is judged as it was configured since."""
    good = shop.live_version()
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "rolled_back"
    assert shop.live_version() == good
    return answer["error"]


def deployed(shop):
    sha = shop.commit()
    answer = shop.deploy()
    assert (answer["status"], shop.live_version()) == ("success", sha), answer
    return answer


@pytest.mark.feature("HLT-02", "HLT-11")
def test_tcp(shop):
    with socket.create_server(("127.0.0.1", 0)) as other:
        configure(shop, {"type": "tcp", "host": "localhost", "port": other.getsockname()[1], "timeout": "1s"})
        deployed(shop)
    configure(shop, {"type": "tcp"})  # the port of the service
    deployed(shop)
    port = free_port()
    configure(shop, {"type": "tcp", "host": "127.0.0.1", "port": port, "retries": 1})
    message = failed(shop)["message"]
    assert f"tcp://127.0.0.1:{port} is not well: 2 attempts" in message
    assert f"connection refused: nothing listens on 127.0.0.1:{port}" in message


@pytest.mark.feature("HLT-03")
def test_command(shop):
    shop.env["TOKEN"] = SECRET
    script = (
        f'[ "$TOKEN" = {SECRET} ] && [ "$(pwd -P)" = "$(cd {shop.app_path()}/current && pwd -P)" ] && exit 4'
    )
    command = {"type": "command", "command": ["sh", "-c", script], "expected_exit_code": 4}
    configure(shop, command, env_vars={"TOKEN": "${TOKEN}"})
    deployed(shop)
    broken = {"type": "command", "command": "sh -c 'echo stock is empty: $TOKEN; exit 1'", "retries": 1}
    configure(shop, broken, env_vars={"TOKEN": "${TOKEN}"})
    error = failed(shop)
    assert "exit code 1 instead of 0: stock is empty: ***" in error["message"]
    assert error["hint"].endswith("`fraisier logs shop production`.")


@pytest.mark.feature("HLT-04")
def test_database_sqlite(shop):
    path = shop.root / "data.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE product (name TEXT)")
    made.close()
    shop.env["DATABASE_URL"] = f"sqlite://{path}"
    check = {"type": "database", "connection_string": "${DATABASE_URL}", "retries": 1}
    configure(shop, {**check, "query": "SELECT count(*) FROM product"})
    deployed(shop)
    configure(shop, {**check, "query": "SELECT count(*) FROM basket"})
    assert "the query 'SELECT count(*) FROM basket' at ${DATABASE_URL} is not well" in failed(shop)["message"]


@pytest.mark.feature("HLT-04", "HLT-11")
def test_database_postgresql(shop, short_folder):
    with postgresql(short_folder) as address:
        shop.env["DATABASE_URL"] = address.replace("ada@", f"ada:{SECRET}@")
        check = {"type": "database", "connection_string": "${DATABASE_URL}", "retries": 0}
        configure(shop, check)
        deployed(shop)
        configure(shop, {**check, "query": "SELECT pg_sleep(60)", "timeout": 1})
        assert "no answer within 1 s" in failed(shop)["message"]
        configure(shop, {**check, "query": "SELECT * FROM basket"})
        assert 'relation "basket" does not exist' in failed(shop)["message"]
    assert SECRET not in "".join(shop.dump())


@pytest.mark.parametrize(
    ("connection", "words"),
    [("${DATABASE_URL_OF_NOBODY}", "DATABASE_URL_OF_NOBODY"), ("oracle://db/x", "names no kind of database")],
)
def test_a_check_that_could_never_pass_is_refused_before_anything_is_touched(shop, connection, words):
    shop.commit()
    shop.deploy()
    pid = shop.about()["pid"]
    configure(shop, {"type": "database", "connection_string": connection})
    shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 2
    assert words in result.stderr
    assert shop.about()["pid"] == pid
    assert len(shop.releases()) == 1


@pytest.mark.parametrize("path", ["version", "environment.FRAISIER_VERSION"])
def test_the_answer_must_name_the_deployed_version(shop, path):
    url = f"http://127.0.0.1:{shop.port()}/health"
    configure(shop, {"url": url, "version": {"json": path}})
    deployed(shop)
    configure(shop, {"url": url, "version": {"json": "label"}, "retries": 1})
    shop.commit()
    answer = shop.deploy()
    assert f"its JSON label says version v2, not {shop.repository.labels['v2']}" in answer["error"]["message"]


def test_different_types_in_one_list(shop):
    url = f"http://127.0.0.1:{shop.port()}/health"
    good = [
        {**QUICK, "url": url},
        {**QUICK, "type": "tcp"},
        {**QUICK, "type": "command", "command": "test -f app.py"},
    ]
    shop.configure(health_check=good)
    deployed(shop)
    shop.configure(health_check=[*good, {"type": "command", "command": "test -f none", "retries": 0}])
    assert "`test -f none` is not well" in failed(shop)["message"]
    skipped = {"type": "command", "command": "test -f none", "enabled": False}
    shop.configure(health_check=[*good, skipped])
    shop.commit()
    said = shop.run("deploy", "shop", "production")
    assert said.exit_code == 0
    assert "health check `test -f none`: skipped, it is disabled" in said.output
