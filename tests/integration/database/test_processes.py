"""Several processes, one file."""

import json
import signal
import subprocess
import sys
from collections import Counter

from fraisier.database import Database
from fraisier.database.sqlite.schema import newest

CLAIM_ALL = """
import json, sys
from fraisier.database import Database
from fraisier.database.sqlite.schema import newest
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
mine = []
while (claimed := database.call("fn_claim_deployment", observer=sys.argv[2])) is not None:
    lease = {"lane": claimed["fk_lane"], "token": claimed["token"]}
    request = {"request": claimed["pk_deployment_request"], **lease}
    started = database.call("fn_start_deployment", **request, plan={}, config_snapshot={}, steps=[], new_version="v")
    ended = database.call(
        "fn_complete_deployment", deployment=started["pk_deployment"], **lease, status="success"
    )
    mine.append((claimed["identifier"], ended["token"]))
print(json.dumps(mine))
"""


def spawn(code: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_each_request_goes_to_exactly_one_of_eight(lanes):
    for number in range(30):
        lanes.ask(f"f{number}")
    workers = [spawn(CLAIM_ALL, str(lanes.path), f"worker-{number}") for number in range(8)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    claimed = []
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        output, _ = worker.communicate(timeout=60)
        assert worker.returncode == 0
        claimed += [identifier for identifier, _ in json.loads(output)]
    assert Counter(claimed) == Counter(f"req_{number:05d}" for number in range(1, 31))
    assert lanes.sql("SELECT COUNT(*) AS n FROM tb_deployment WHERE status = 'success'") == [{"n": 30}]
    assert lanes.rows("locks") == []


OPEN = """
import sys
from fraisier.database import Database
from fraisier.database.sqlite.schema import newest
print("ready", flush=True)
sys.stdin.readline()
database = Database(sys.argv[1])
database.call("fn_request_deployment", fraise="shop", environment="production", trigger_type="webhook")
print(database.installation_id)
"""


def test_eight_processes_make_one_database(tmp_path):
    path = tmp_path / "fraisier.db"
    workers = [spawn(OPEN, str(path)) for _ in range(8)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    ids = {worker.communicate(timeout=60)[0] for worker in workers}
    assert len(ids) == 1
    assert all(worker.returncode == 0 for worker in workers)
    with Database(path) as database:
        assert [row["identifier"] for row in database.rows("pending_requests")] == ["req_00008"]
        assert database.row("schema_version") == {"version": newest(), "readable_from": 1}


HOLD_A_LEASE = """
import sys
from fraisier.database import Database
from fraisier.database.sqlite.schema import newest
database = Database(sys.argv[1])
claimed = database.call("fn_claim_deployment", observer="doomed", lease_seconds=0.5)
lease = {"lane": claimed["fk_lane"], "token": claimed["token"]}
request = {"request": claimed["pk_deployment_request"], **lease}
database.call("fn_start_deployment", **request, plan={}, config_snapshot={}, steps=[], new_version="v")
print("started", flush=True)
while database.call("fn_renew_lease", **lease, lease_seconds=0.5):
    pass
"""


def test_a_killed_owner_is_succeeded_and_nothing_is_torn(tmp_path):
    path = tmp_path / "fraisier.db"
    with Database(path) as database:
        database.call("fn_request_deployment", fraise="shop", environment="production", trigger_type="manual")
        doomed = spawn(HOLD_A_LEASE, str(path))
        assert doomed.stdout.readline() == "started\n"
        assert database.call("fn_take_over", observer="next") is None
        doomed.send_signal(signal.SIGKILL)
        doomed.communicate()
        taken = None
        while taken is None:
            taken = database.call("fn_take_over", observer="next")
        assert taken["takeovers"] == 1
        lease = {"lane": taken["fk_lane"], "token": taken["token"]}
        assert database.call(
            "fn_complete_deployment", deployment=taken["pk_deployment"], **lease, status="rolled_back"
        )
        assert database.rows("locks") == []
