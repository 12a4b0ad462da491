"""What one process writes, another sees, however many connections come and go in either."""

import subprocess
import sys
import threading

from fraisier.database import Database

READ = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT COUNT(*) FROM tb_deployment_request").fetchone()[0])
connection.close()
"""


def seen_elsewhere(path):
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True, timeout=30
    )
    return int(done.stdout)


def ask(database, fraise):
    database.call("fn_request_deployment", fraise=fraise, environment="production", trigger_type="manual")


def test_a_second_connection_does_not_drop_the_locks_of_the_first(tmp_path):
    path = tmp_path / "fraisier.db"
    database = Database(path)
    ask(database, "first")
    both = threading.Barrier(2)

    def at_once(fraise):
        both.wait()
        ask(database, fraise)

    threads = [threading.Thread(target=at_once, args=(name,)) for name in ("second", "third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    another = Database(path)
    ask(another, "fourth")
    assert seen_elsewhere(path) == 4
    ask(database, "fifth")
    ask(another, "sixth")
    assert seen_elsewhere(path) == 6
    database.close()
    another.close()
