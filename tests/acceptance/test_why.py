"""`fraisier why`: what happens in a lane."""

import signal

from tests.support.processes import until
from tests.support.running import reached, running, why
from tests.support.steering import live_and_then_building


def test_why_tells_an_idle_a_running_and_a_doomed_lane(quick):
    assert why(quick)["state"] == "idle"
    assert (
        quick.run("why", "shop", "production").stdout == "Nothing runs in shop/production. Nothing waits.\n"
    )
    first = live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production") as owner:
        reached(quick, "build_release")
        told = why(quick)
        assert (told["state"], told["deployment_id"]) == ("running", "dep_00002")
        assert told["if_it_died"] == f"it goes back to {first[:7]} (its owner died before the switch)"
        assert told["lock"]["holder"].endswith(f":{owner.pid}")
        text = quick.run("why", "shop", "production").stdout
        for word in (
            told["lock"]["since"],
            "dep_00002",
            "(Building, since",
            told["step"]["since"],
            "If the owner died now",
        ):
            assert word in text
        assert text.count("\n") == 1
        owner.signal(signal.SIGKILL)
        owner.process.wait()
        assert until(lambda: why(quick)["state"] == "stuck")
        assert "no living owner" in why(quick)["text"]
        assert quick.run("cancel", "shop", "production").exit_code == 0
