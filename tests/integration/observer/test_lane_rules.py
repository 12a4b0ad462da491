"""Whatever people, pushes and crashes do to a lane: one thing runs, the newest commit is tried, every request ends."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tests.support.lanes import Lanes, StillClock, about, held

FRAISES = ("a", "b")
FRAISE = st.sampled_from(FRAISES)
FAILED = st.sampled_from(["failed", "rolled_back", "rollback_failed"])
ENDED = {"completed", "failed", "superseded", "cancelled"}


class LaneRules(RuleBasedStateMachine):
    """Owners are what observers and commands hold in their hands; some are dead or overtaken and do not know it."""

    claims = Bundle("claims")
    owners = Bundle("owners")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.lanes = Lanes(Path(self.folder.name) / "fraisier.db", StillClock(1_800_000_000.0))
        self.tip: Counter[str] = Counter()  # how many commits each branch has
        self.live: Counter[str] = Counter()  # which of them runs
        self.pushes: dict[str, str] = {}  # the newest push of each lane, by its request
        self.lanes.call("fn_hold", fraise="a", environment="production", by="ada", reason="new")
        self.lanes.call("fn_unhold", fraise="a", environment="production", by="ada")

    def teardown(self) -> None:
        try:
            self.everything_ends()
        finally:
            self.lanes.database.close()
            self.folder.cleanup()

    @rule(fraise=FRAISE, on_new_push=st.sampled_from(["finish", "cancel"]))
    def push(self, fraise, on_new_push):
        self.tip[fraise] += 1
        ran = self.running_pushes(fraise)
        told = {"git_commit": str(self.tip[fraise]), "options": {"on_new_push": on_new_push}}
        asked = self.lanes.ask(fraise, "webhook", requested_by="octocat", **told)
        self.pushes[fraise] = asked["identifier"]
        for row in self.running_pushes(fraise):
            unasked = (
                next(before for before in ran if before["id"] == row["id"])["cancel_requested_at"] is None
            )
            cancels = unasked and on_new_push == "cancel"
            assert (row["cancel_reason"] == f"{asked['identifier']} is newer") == cancels

    def running_pushes(self, fraise):
        return self.lanes.sql(
            "SELECT * FROM tb_deployment_request WHERE fraise = ? AND status = 'processing' AND automatic",
            fraise,
        )

    @rule(fraise=FRAISE)
    def deploy(self, fraise):
        self.lanes.ask(fraise, "manual")

    @rule(fraise=FRAISE, hold=st.booleans())
    def rollback(self, fraise, hold):
        self.lanes.ask(fraise, "manual", kind="rollback", options={} if hold else {"hold": False})

    @rule(target=claims)
    def claim(self):
        claimed = self.lanes.claim()
        if claimed is None:
            return multiple()
        lane = self.lanes.row("lane", fraise=claimed["fraise"], environment="production")
        assert lane["hold_since"] is None or not claimed["automatic"], "a held lane serves only people"
        return claimed

    @rule(target=owners, claim=consumes(claims))
    def begin(self, claim):
        started = self.start(claim)
        return multiple() if started is None else started

    def start(self, claim):
        """As an attempt does: look at the remote now; nothing to do ends the request, all else is a deployment."""
        fraise = claim["fraise"]
        back = claim["kind"] == "rollback"
        version = max(0, self.live[fraise] - 1) if back else self.tip[fraise]
        if version == self.live[fraise]:
            request = {"request": claim["pk_deployment_request"], **held(claim)}
            self.lanes.call("fn_finish_request", **request, status="completed", reason="up to date")
            return None
        return self.lanes.start(claim, new_version=str(version), git_commit=str(version))

    @rule(owner=consumes(owners))
    def succeed(self, owner):
        self.end(owner, "success", hold_reason="by hand" if owner["kind"] == "rollback" else None)

    @rule(owner=consumes(owners), status=FAILED)
    def fail(self, owner, status):
        self.lanes.call("fn_turn_back", **about(owner), reason="unhealthy")
        self.end(owner, status, hold_reason="it failed")

    def end(self, owner, status, **more):
        ended = self.lanes.complete(owner, status, **more)
        if ended is not None and status == "success":
            self.live[owner["fraise"]] = int(ended["new_version"])

    @rule(owner=owners)
    def heartbeat(self, owner):
        beat = self.lanes.call("fn_renew_lease", **held(owner))
        if beat is not None and beat["cancel_requested_by"] is not None:
            self.lanes.call("fn_turn_back", **about(owner), reason="cancelled")
            self.end(owner, "cancelled")

    @rule(claim=claims)
    def heartbeat_before_it_began(self, claim):
        beat = self.lanes.call("fn_renew_lease", **held(claim))
        if beat is not None and beat["cancel_requested_by"] is not None and beat["fk_deployment"] is None:
            request = {"request": claim["pk_deployment_request"], **held(claim)}
            self.lanes.call("fn_finish_request", **request, status="cancelled", reason="cancelled")

    @rule(owner=consumes(owners))
    def crash(self, owner):
        """Nobody hears of it; its lease runs out."""

    @rule(claim=consumes(claims))
    def crash_before_it_began(self, claim):
        """Nor of this; the request is an orphan."""

    @rule(owner=consumes(owners))
    def park(self, owner):
        self.lanes.call("fn_park_deployment", **about(owner))

    @rule(target=owners)
    def take_over(self):
        taken = self.lanes.take_over()
        return multiple() if taken is None else taken

    @rule(fraise=FRAISE)
    def cancel(self, fraise):
        opened = self.lanes.rows("open_requests", fraise=fraise, environment="production")
        for row in opened[:1]:
            asked = {"request": row["identifier"], "by": "ada"}
            self.lanes.call("fn_cancel_request", **asked) or self.lanes.call("fn_cancel_running", **asked)

    @rule(fraise=FRAISE)
    def hold(self, fraise):
        self.lanes.call("fn_hold", fraise=fraise, environment="production", by="ada", reason="sale")

    @rule(fraise=FRAISE)
    def unhold(self, fraise):
        self.lanes.call("fn_unhold", fraise=fraise, environment="production", by="ada")

    @rule(fraise=FRAISE)
    def break_lock(self, fraise):
        self.lanes.call("fn_break_lock", fraise=fraise, environment="production", by="ada", reason="x")

    @rule(seconds=st.sampled_from([12, 31]))
    def time_passes(self, seconds):
        self.lanes.clock.pass_seconds(seconds)

    @rule()
    def orphans_return(self):
        self.lanes.call("fn_return_orphans")

    @invariant()
    def at_most_one_runs(self):
        assert not self.lanes.sql(
            "SELECT 1 FROM tb_deployment WHERE status = 'in_progress' GROUP BY fk_lane HAVING COUNT(*) > 1"
        )

    def everything_ends(self):
        """All owners are dead; a healthy observer comes and works until there is nothing left to do."""
        self.lanes.clock.pass_seconds(31)
        for fraise in FRAISES:
            self.unhold(fraise)
        for _ in range(40):
            self.lanes.call("fn_return_orphans")
            taken = self.lanes.take_over("healer")
            claimed = None if taken else self.lanes.claim("healer")
            owner = taken or (self.start(claimed) if claimed else None)
            if owner is not None:
                self.end(owner, "cancelled" if owner.get("cancel_requested_by") else "success")
            elif claimed is None:
                break
        self.nothing_is_left()
        for fraise in self.pushes:
            self.newest_commit_was_tried(fraise)

    def nothing_is_left(self):
        requests = self.lanes.sql("SELECT * FROM tb_deployment_request")
        assert {row["status"] for row in requests} <= ENDED, requests
        assert not self.lanes.sql("SELECT 1 FROM tb_deployment WHERE status = 'in_progress'")
        assert not self.lanes.sql("SELECT 1 FROM tb_deployment_lock")
        assert not [
            row for row in requests if row["cancel_requested_by"] == "octocat" and not row["automatic"]
        ]

    def newest_commit_was_tried(self, fraise):
        push = self.lanes.row("request", ref=self.pushes[fraise])
        assert push["status"] != "superseded", "only a newer push may replace it"
        assert push["cancel_requested_by"] in {None, "ada"}, "only a newer push or a person may cancel it"
        tried = self.lanes.sql(
            "SELECT MAX(CAST(new_version AS INTEGER)) AS newest FROM tb_deployment WHERE fraise = ?", fraise
        )
        newest = tried[0]["newest"] or 0
        assert push["status"] == "cancelled" or newest >= int(push["git_commit"]), (push, newest)


LaneRules.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestLaneRules = LaneRules.TestCase
