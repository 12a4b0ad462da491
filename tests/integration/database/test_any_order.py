"""Whatever happens in whatever order, the promises of the queue and its leases hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tests.support.lanes import Lanes, StillClock, about, held

FRAISES = st.sampled_from(["a", "b"])
TRIGGERS = st.sampled_from(["webhook", "manual", "scheduled", "api"])
ENDS = st.sampled_from(["success", "failed", "rolled_back", "rollback_failed", "cancelled"])


class AnyOrder(RuleBasedStateMachine):
    claims = Bundle("claims")
    deployments = Bundle("deployments")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.lanes = Lanes(Path(self.folder.name) / "fraisier.db", StillClock(1_800_000_000.0))
        self.lanes.ask()
        self.lanes.call("fn_cancel_request", request=1, by="nobody")
        self.tokens: dict[int, int] = {}
        self.finished: dict[int, dict] = {}

    def teardown(self) -> None:
        self.lanes.database.close()
        self.folder.cleanup()

    def lease_of(self, row):
        """The one row that may write now, found without the code under test."""
        found = self.lanes.sql(
            "SELECT * FROM tb_deployment_lock WHERE fk_lane = ? AND token = ?", row["fk_lane"], row["token"]
        )
        return found[0] if found else None

    def issued(self, row):
        assert row["token"] > self.tokens.get(row["fk_lane"], 0)
        self.tokens[row["fk_lane"]] = row["token"]
        return row

    @rule(fraise=FRAISES, trigger=TRIGGERS)
    def ask(self, fraise, trigger):
        assert self.lanes.ask(fraise, trigger)["status"] == "pending"

    @rule(target=claims)
    def claim(self):
        claimed = self.lanes.claim()
        return multiple() if claimed is None else self.issued(claimed)

    @rule(target=deployments, claim=consumes(claims))
    def start(self, claim):
        lease = self.lease_of(claim)
        started = self.lanes.start(claim)
        assert (started is None) == (lease is None)
        return multiple() if started is None else started

    @rule(claim=consumes(claims), back=st.booleans())
    def let_go(self, claim, back):
        lease = self.lease_of(claim)
        request = {"request": claim["pk_deployment_request"], **held(claim)}
        done = (
            self.lanes.call("fn_release_request", **request)
            if back
            else self.lanes.call("fn_finish_request", **request, status="completed")
        )
        assert (done is None) == (lease is None)

    @rule(deployment=deployments)
    def step(self, deployment):
        lease = self.lease_of(deployment)
        recorded = self.lanes.call(
            "fn_record_step", **about(deployment), ordinal=0, phase="apply", status="running"
        )
        assert (recorded is None) == (lease is None)

    @rule(deployment=deployments)
    def turn_back(self, deployment):
        self.lanes.call("fn_turn_back", **about(deployment), reason="any")

    @rule(deployment=consumes(deployments), status=ENDS, hold=st.booleans())
    def complete(self, deployment, status, hold):
        lease = self.lease_of(deployment)
        ended = self.lanes.complete(deployment, status, hold_reason="x" if hold else None)
        assert (ended is None) == (lease is None)
        if ended:
            self.finished[ended["pk_deployment"]] = ended

    @rule(target=deployments)
    def take_over(self):
        taken = self.lanes.take_over()
        return multiple() if taken is None else self.issued(taken)

    @rule(deployment=consumes(deployments))
    def park(self, deployment):
        self.lanes.call("fn_park_deployment", **about(deployment))

    @rule(row=deployments)
    def heartbeat(self, row):
        assert (self.lanes.call("fn_renew_lease", **held(row)) is None) == (self.lease_of(row) is None)

    @rule(seconds=st.sampled_from([1, 12, 31]))
    def time_passes(self, seconds):
        self.lanes.clock.pass_seconds(seconds)

    @rule(seconds=st.integers(-7200, 7200))
    def somebody_sets_the_clock(self, seconds):
        self.lanes.clock.now += seconds

    @rule()
    def the_machine_restarts(self):
        self.lanes.clock.restart_machine()

    @rule(fraise=FRAISES)
    def somebody_deletes_the_lock(self, fraise):
        self.lanes.sql("DELETE FROM tb_deployment_lock WHERE fraise = ?", fraise)

    @rule()
    def orphans_return(self):
        self.lanes.call("fn_return_orphans")

    @rule(fraise=FRAISES)
    def unhold(self, fraise):
        self.lanes.call("fn_unhold", fraise=fraise, environment="production", by="ada")

    @invariant()
    def a_lane_runs_one_thing_and_queues_one_of_each_class(self):
        assert not self.lanes.sql(
            "SELECT 1 FROM tb_deployment WHERE status = 'in_progress' GROUP BY fk_lane HAVING COUNT(*) > 1"
        )
        assert not self.lanes.sql(
            "SELECT 1 FROM tb_deployment_request WHERE status = 'pending'"
            " GROUP BY fk_lane, automatic HAVING COUNT(*) > 1"
        )

    @invariant()
    def what_ended_stays_and_is_counted(self):
        rows = self.lanes.sql("SELECT * FROM tb_deployment WHERE status <> 'in_progress'")
        assert {row["pk_deployment"]: row for row in rows} == self.finished
        counted = self.lanes.sql(
            "SELECT SUM(value) AS n FROM tb_counter WHERE name = 'fraisier_deployments_total'"
        )
        assert (counted[0]["n"] or 0) == len(self.finished)

    @invariant()
    def nothing_is_lost(self):
        """Once every owner is dead, everything that was asked for ends or can be run."""
        open_ones = self.lanes.sql(
            "SELECT r.status, d.status AS running FROM tb_deployment_request AS r"
            " LEFT JOIN tb_deployment AS d ON d.fk_request = r.pk_deployment_request"
            " WHERE r.status = 'processing'"
        )
        locks = self.lanes.sql("SELECT fk_request FROM tb_deployment_lock WHERE fk_deployment IS NULL")
        assert all(row["running"] in {None, "in_progress"} for row in open_ones)
        assert len(locks) <= len([row for row in open_ones if row["running"] is None])


AnyOrder.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestAnyOrder = AnyOrder.TestCase
