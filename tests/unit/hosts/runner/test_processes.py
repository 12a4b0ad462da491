from __future__ import annotations

import pytest

from fraisier.hosts.runner import processes
from fraisier.hosts.runner.processes import Process, descendants


def line(pid, parent, *, session=1, state="S", started=99, name="sh"):
    return f"{pid} ({name}) {state} {parent} {pid} {session} {'0 ' * 15}{started} 0 0\n".encode()


@pytest.mark.parametrize("name", ["sh", "a b", "evil) Z 1 1 1", "(", ")"])
def test_a_name_cannot_pretend_to_be_other_fields(name):
    found = Process(line(7, 5, session=6, name=name))
    assert (found.dead, found.parent, found.session, found.started) == (False, 5, 6, "99")


@pytest.mark.parametrize("state", ["Z", "X"])
def test_zombies_are_dead(state):
    assert Process(line(7, 5, state=state)).dead


def test_descendants_of_descendants():
    table = {pid: Process(line(pid, parent)) for pid, parent in [(2, 1), (3, 2), (4, 3), (5, 2), (9, 1)]}
    assert sorted(descendants(2, table)) == [3, 4, 5]
    assert descendants(9, table) == []


def record(**values):
    return {"pid": 50, "started": "99", "boot_id": processes.boot_id(), **values}


def remains(monkeypatch, table, **values):
    monkeypatch.setattr(processes, "processes", lambda: {pid: Process(text) for pid, text in table.items()})
    return processes.remains(record(**values))


def test_a_living_supervisor_answers_for_all(monkeypatch):
    assert remains(monkeypatch, {50: line(50, 1, session=50), 51: line(51, 50, session=50)}) == [50]


def test_without_its_supervisor_the_session_is_what_remains(monkeypatch):
    table = {51: line(51, 1, session=50), 52: line(52, 51, session=52), 60: line(60, 1, session=60)}
    assert remains(monkeypatch, table) == [51, 52]


def test_a_stranger_with_the_same_number_is_not_ours(monkeypatch):
    table = {50: line(50, 1, session=50, started=100), 51: line(51, 50, session=50)}
    assert remains(monkeypatch, table) == []


def test_nothing_remains_after_a_restart_of_the_machine(monkeypatch):
    assert remains(monkeypatch, {50: line(50, 1, session=50)}, boot_id="another") == []
