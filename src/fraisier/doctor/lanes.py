"""What waits for somebody: leases of processes that died, lanes that wait for a person."""

from __future__ import annotations

from collections.abc import Iterator

from fraisier.database import Database
from fraisier.model.finding import Finding, ok, problem, warning


def lanes(database: Database) -> Iterator[Finding]:
    """Every lane that does not simply go on. Raises `DatabaseError`: ask only a database that is sound."""
    locks, states = database.rows("locks"), database.rows("states")
    stale = [lock for lock in locks if not lock["valid"]]
    for lock in stale:
        lane = f"{lock['fraise']} {lock['environment']}"
        said = f"The lease of {lock['holder']} has run out: its process died in {lock['deployment_id'] or 'the middle'}."
        yield problem(lane, said, "fraisier observe, or any deploy there, takes over and ends it")
    held = [state for state in states if state["hold_since"]]
    for state in held:
        lane = f"{state['fraise']} {state['environment']}"
        yield warning(
            lane,
            f"Pushes wait: {state['hold_reason']}",
            f"fraisier deploy {lane}, or: fraisier unhold {lane}",
        )
    if not stale and not held:
        yield ok("lanes", "No lease is left over, and nothing waits for a person.")
