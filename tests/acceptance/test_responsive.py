"""While many deployments run, whoever asks the server is answered."""

import json
import urllib.request

from tests.support.processes import until
from tests.support.shop import WAITING

LANES = 20


def health(address):
    with urllib.request.urlopen(f"{address}/health", timeout=10) as answer:
        return json.load(answer)["status"]


def test_health_is_answered_while_twenty_deployments_run(shop):
    names = [f"lane{number:02}" for number in range(LANES)]
    wait = ["sh", "-c", f"until [ -e {shop.root}/go ]; do sleep 0.1; done; exit 1"]
    shop.configure(environments={key: {"build": wait} for key in names})
    shop.env["FRAISIER_MAX_CONCURRENT"] = str(LANES)
    shop.commit()
    with shop.serving() as address:
        assert shop.run("deploy", "shop", *names, "--no-wait", timeout=120).exit_code == 0
        building = "SELECT 1 FROM tb_deployment_step WHERE kind = 'build_release' AND status = 'running'"
        assert until(lambda: len(shop.rows(building)) == LANES, 90)
        assert [health(address) for _ in range(50)] == ["ok"] * 50
        (shop.root / "go").touch()
        while shop.rows(WAITING):
            assert health(address) == "ok"
    assert {row["status"] for row in shop.history()} == {"failed"}
