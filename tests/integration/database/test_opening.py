import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fraisier.database import Database
from fraisier.database.sqlite import schema, script
from fraisier.errors import DatabaseError, SchemaTooNew

ASK = {"fraise": "shop", "environment": "production", "trigger_type": "manual"}


FIRST = Path(__file__).parents[2] / "support" / "schema_1.sql"


@pytest.fixture
def path(short_folder: Path) -> Path:
    return short_folder / "state" / "fraisier.db"


@pytest.fixture
def made(path):
    with Database(path) as database:
        database.call("fn_request_deployment", **ASK)
    return path


def test_importing_opens_nothing_and_loads_no_sqlite():
    code = (
        "import sys; from fraisier.database import Database; Database('/nowhere/x.db');"
        "sys.exit('sqlite3' in sys.modules or 'asyncio' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.feature("DB-01")
def test_the_first_command_makes_a_private_file(path):
    with Database(path) as database:
        assert not database.exists
        assert database.installation_id == ""
        assert database.rows("states") == []
        assert not path.parent.exists()
        database.call("fn_request_deployment", **ASK)
        assert database.exists
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert len(database.installation_id) == 36
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    other.close()


@pytest.mark.feature("DB-05")
def test_the_file_is_where_the_environment_says(path, monkeypatch):
    monkeypatch.setenv("FRAISIER_DB_PATH", str(path))
    with Database() as database:
        database.call("fn_request_deployment", **ASK)
    assert path.exists()


def test_everything_survives_closing(made):
    with Database(made) as database:
        first = database.installation_id
        assert len(database.rows("pending_requests")) == 1
        database.close()
        assert database.installation_id == first


def test_an_open_connection_is_as_strict_as_promised(made):
    with Database(made) as database:
        assert database.rows("states") == []
        [connection] = database._store._idle
        pragma = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragma == {"synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


@pytest.mark.parametrize(
    "content", [b"not a database, however long it may be" * 50, b"SQLite format 3\0" + b"\xff" * 200]
)
def test_a_file_of_something_else_is_refused(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with Database(path) as database:
        for use in (lambda: database.rows("states"), lambda: database.call("fn_request_deployment", **ASK)):
            with pytest.raises(DatabaseError, match="is not an SQLite database") as refused:
                use()
            assert refused.value.hint
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    with Database(path) as database, pytest.raises(DatabaseError, match="another program"):
        database.call("fn_request_deployment", **ASK)


def test_a_folder_that_cannot_be_made_is_one_clear_error(path):
    path.parent.write_text("in the way")
    with (
        Database(path) as database,
        pytest.raises(DatabaseError, match="cannot be made or written") as refused,
    ):
        database.call("fn_request_deployment", **ASK)
    assert "FRAISIER_DB_PATH" in refused.value.hint


def mark(path: Path, version: int, readable_from: int) -> None:
    with sqlite3.connect(path) as other:
        other.execute(
            "INSERT INTO tb_schema_version (version, readable_from) VALUES (?, ?)", (version, readable_from)
        )
    other.close()


def test_a_newer_schema_is_refused_only_when_it_cannot_be_read(made):
    mark(made, 98, 1)
    with Database(made) as database:
        assert len(database.rows("pending_requests")) == 1
        assert database.call("fn_claim_deployment", observer="me")
    mark(made, 99, 99)
    with (
        Database(made) as database,
        pytest.raises(SchemaTooNew, match=f"schema 99; this one knows {schema.newest()}") as refused,
    ):
        database.rows("pending_requests")
    assert refused.value.exit_code == 2


def test_an_upgrade_adds_and_keeps_everything(made, tmp_path):
    folder = tmp_path / "sql"
    shutil.copytree(script.SQL, folder)
    (folder / "upgrades" / "0099.sql").write_text("ALTER TABLE tb_lane ADD COLUMN colour TEXT;\n")
    (folder / "views" / "v_colours.sql").write_text(
        "DROP VIEW IF EXISTS v_colours;\nCREATE VIEW v_colours AS SELECT fraise, colour FROM tb_lane;\n"
    )
    connection = sqlite3.connect(made, isolation_level=None)
    for _ in range(2):
        schema.bring_up_to_date(connection, made, folder)
    assert connection.execute("SELECT * FROM v_colours").fetchall() == [("shop", None)]
    assert connection.execute("SELECT version FROM tb_schema_version").fetchall() == [
        (schema.newest(),),
        (99,),
    ]
    assert connection.execute("SELECT COUNT(*) FROM tb_deployment_request").fetchone() == (1,)
    connection.close()
    with Database(made) as database:
        assert len(database.rows("pending_requests")) == 1


def shape(path: Path) -> dict[str, object]:
    """Every table by its columns, every index and trigger by its words without white space and comments."""
    with sqlite3.connect(path) as other:
        rows = other.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        found = {
            f"{kind} {name}": other.execute(f"PRAGMA table_xinfo({name})").fetchall()
            if kind == "table"
            else "".join(line.partition("--")[0] for line in sql.splitlines()).split()
            for kind, name, sql in rows
        }
    other.close()
    return found


def test_the_first_schema_becomes_the_one_of_a_new_database(made, short_folder):
    old = short_folder / "old.db"
    with sqlite3.connect(old) as other:
        other.executescript(FIRST.read_text(encoding="utf-8"))
        other.execute("INSERT INTO tb_lane (fraise, environment) VALUES ('shop', 'production')")
    other.close()
    with Database(old) as database:
        assert database.call("fn_request_deployment", **ASK)["cancel_requested_at"] is None
        assert [row["what"] for row in database.rows("audit")] == ["request.made"]
    assert shape(old) == shape(made)


def test_events_and_what_did_not_arrive_keep_their_numbers(tmp_path):
    """Schema 4 makes the table of events anew."""
    folder, old = tmp_path / "sql", tmp_path / "old.db"
    shutil.copytree(script.SQL, folder)
    for step in (folder / "upgrades").glob("*.sql"):
        if int(step.stem) > 3:
            step.unlink()
    with sqlite3.connect(old, isolation_level=None) as other:
        other.executescript(FIRST.read_text(encoding="utf-8"))
        schema.bring_up_to_date(other, old, folder)
        other.executescript(
            """
            PRAGMA foreign_keys = ON;
            INSERT INTO tb_event (pk_event, type, created_at) VALUES (4, 'health_check.passed', 't'), (7, 'b', 't');
            INSERT INTO tb_event_consumer (name, position, created_at) VALUES ('slack', 7, 't');
            INSERT INTO tb_event_delivery (fk_event_consumer, fk_event, attempts, error, failed_at)
            VALUES (1, 7, 3, 'gone', 't');
            """
        )
        before = other.execute("SELECT pk_event, id, seq, type FROM tb_event").fetchall()
        counted = other.execute("SELECT * FROM tb_counter").fetchall()
        schema.bring_up_to_date(other, old)
        assert other.execute("SELECT pk_event, id, seq, type FROM tb_event").fetchall() == before
        assert other.execute("SELECT fk_event, attempts, error FROM tb_event_delivery").fetchall() == [
            (7, 3, "gone")
        ]
        assert other.execute("SELECT * FROM tb_counter").fetchall() == counted
        assert other.execute("PRAGMA foreign_key_check").fetchall() == []
    other.close()


def test_an_upgrade_that_fails_changes_nothing(made, tmp_path):
    folder = tmp_path / "sql"
    shutil.copytree(script.SQL, folder)
    (folder / "upgrades" / "0099.sql").write_text("ALTER TABLE tb_lane ADD COLUMN colour TEXT;\nNONSENSE;\n")
    connection = sqlite3.connect(made, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        schema.bring_up_to_date(connection, made, folder)
    names = [row[1] for row in connection.execute("PRAGMA table_info(tb_lane)")]
    assert "colour" not in names
    connection.close()


def test_a_command_waits_for_another_writer(made):
    other = sqlite3.connect(made, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Database(made) as database:
        answers = []
        asking = threading.Thread(
            target=lambda: answers.append(database.call("fn_request_deployment", **ASK))
        )
        asking.start()
        assert len(database.rows("pending_requests")) == 1
        asking.join(0.3)
        assert asking.is_alive()
        other.execute("COMMIT")
        asking.join(10)
    other.close()
    assert answers[0]["identifier"] == "req_00002"


def test_threads_share_one_database(made):
    with Database(made) as database:
        tokens = []

        def work(number: int) -> None:
            for _ in range(5):
                asked = database.call("fn_request_deployment", **{**ASK, "fraise": f"f{number}"})
                claimed = database.call(
                    "fn_claim_deployment", observer=str(number), request=asked["pk_deployment_request"]
                )
                lease = {"lane": claimed["fk_lane"], "token": claimed["token"]}
                assert database.call("fn_renew_lease", **lease)
                request = {"request": claimed["pk_deployment_request"], **lease}
                assert database.call("fn_finish_request", **request, status="completed")
                tokens.append((claimed["fk_lane"], claimed["token"]))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(tokens)) == len(tokens) == 30


READ = """
import sys
from fraisier.database import Database
from fraisier.errors import DatabaseError
database = Database(sys.argv[1])
try:
    print(database.exists, len(database.rows("pending_requests")))
except DatabaseError as error:
    print("no read:", error.message)
try:
    database.call("fn_claim_deployment", observer="nobody")
    print("written")
except DatabaseError as error:
    print("no write:", error.message, error.hint)
"""


def as_who_may_not_write(path: Path) -> list[str]:
    """Read and write as a user whom file modes bind (root without the right to ignore them)."""
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    done = subprocess.run(
        [*(bound if os.geteuid() == 0 else []), sys.executable, "-c", READ, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.fixture
def closed(made):
    """Close file and folder to everybody to some degree; opened again at the end."""

    def close(file: int, folder: int) -> Path:
        made.chmod(file)
        made.parent.chmod(folder)
        return made

    yield close
    made.parent.chmod(0o700)


def test_who_may_only_read_reads_a_quiet_file(closed):
    path = closed(0o444, 0o555)
    before = sorted(path.parent.iterdir())
    read, write = as_who_may_not_write(path)
    assert read == "True 1"
    assert write.startswith("no write:")
    assert str(path) in write
    assert sorted(path.parent.iterdir()) == before


def test_who_may_only_read_sees_what_a_running_server_wrote(made, closed):
    with Database(made) as database:
        database.call("fn_request_deployment", **{**ASK, "fraise": "other"})
        made.with_name("fraisier.db-wal").chmod(0o444)
        made.with_name("fraisier.db-shm").chmod(0o444)
        closed(0o444, 0o555)
        assert as_who_may_not_write(made)[0] == "True 2"
        made.parent.chmod(0o700)


@pytest.mark.parametrize(("file", "folder"), [(0o000, 0o555), (0o000, 0o755), (0o600, 0o000)])
def test_who_may_not_even_read_is_told_in_one_line(closed, file, folder):
    path = closed(file, folder)
    read, write = as_who_may_not_write(path)
    path.parent.chmod(0o700)
    assert read.startswith("no read:")
    assert write.startswith("no write:")
    assert str(path) in read


def test_a_file_in_a_folder_where_nothing_can_be_made(closed):
    path = closed(0o600, 0o555)
    read, write = as_who_may_not_write(path)
    assert read == "True 1"
    assert write.startswith("no write:")
