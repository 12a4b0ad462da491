"""What speaks against an answer coming from the new version."""

import pytest

from fraisier.health.sight import NOBODY_KNOWS, Sight, fault, unknown
from fraisier.model.host import Listener

RELEASE = "/srv/app/releases/2-bbbbbbb"


def listener(pid, command="python3 app.py"):
    return Listener(pid=pid, started="1", command=command)


def sight(**changes):
    seen = {
        "processes": (10, 11),
        "mains": (10,),
        "listeners": (listener(11),),
        "port": 8123,
        "release": "2-bbbbbbb",
    }
    return Sight(**seen | changes)


def judged(seen, first=(10,)):
    return fault(seen, first=first, release_path=RELEASE)


def test_the_service_itself_answers():
    assert judged(sight()) is None
    assert unknown(sight()) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"processes": (), "mains": ()}, "no living process"),
        ({"processes": (12, 11), "mains": (12,)}, "process 10 ended and was replaced by 12"),
        (
            {"listeners": (listener(99, "python3 old.py"),)},
            "port 8123 is answered by pid 99 (python3 old.py), not by the service",
        ),
        ({"listeners": (listener(11), listener(99))}, "answered by pid 99"),
        ({"release": "1-aaaaaaa"}, "process 10 runs release 1-aaaaaaa, not 2-bbbbbbb"),
        ({"complaint": "the container of web is unhealthy"}, "the container of web is unhealthy"),
        ({"processes": (), "mains": (), "complaint": "web is exited"}, "web is exited"),
    ],
)
def test_somebody_else_answers(changes, says):
    assert says in judged(sight(**changes))


def test_one_of_several_containers_was_replaced():
    seen = sight(processes=(20, 11), mains=(20, 11))
    assert "process 10 ended and was replaced by 20" in judged(seen, first=(10, 11))
    assert judged(seen, first=(20, 11)) is None


def test_a_service_may_work_in_any_folder_but_another_release():
    assert judged(sight(release=None)) is None


def test_any_release_will_do_when_none_is_named():
    assert fault(sight(release="1-aaaaaaa"), first=(10,), release_path=None) is None


def test_the_first_main_process_seen_is_the_one_to_keep():
    assert judged(sight(), first=()) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"port": None, "listeners": ()}, "no port of this machine"),
        ({"listeners": ()}, "who listens on port 8123 cannot be seen"),
        ({"listeners": (listener(NOBODY_KNOWS),)}, "who listens on port 8123 cannot be seen"),
    ],
)
def test_what_cannot_be_known_is_no_fault_but_is_said(changes, says):
    assert judged(sight(**changes)) is None
    assert says in unknown(sight(**changes))
