"""How one environment stands, for people and for machines. Pure."""

from __future__ import annotations

from typing import Any, Final

from fraisier.cli import times
from fraisier.cli.steps import first_line
from fraisier.cli.terminal import clean, one_line
from fraisier.model.commit import short, shown
from fraisier.model.identity import Identity
from fraisier.model.status import DeploymentStatus

Line = tuple[str, str | None]
Row = dict[str, Any]

COLOURS: Final = {"healthy": "green", "degraded": "yellow", "down": "red"}


def as_dict(identity: Identity, provider: str, recorded: dict[str, Any], observed: Row | None) -> Row:
    """The JSON answer of `status`. `recorded` holds the rows `state`, `lane` and `lock`, None where there is none, and
    one for each of the `hosts` that have names.
    """
    state, lane, lock = recorded["state"] or {}, recorded["lane"] or {}, recorded["lock"]
    return {
        "schema": 1,
        "fraise": identity.fraise,
        "environment": identity.environment,
        "status": state.get("status", "unknown"),
        "current_version": state.get("current_version"),
        "current_shown": state.get("current_shown"),
        "target_provider": state.get("target_provider") or provider,
        "last_deployed_at": state.get("last_deployed_at"),
        "last_deploy_duration": _took(state),
        "lock": _lock(lock) if lock else None,
        "hold": _hold(lane) if lane.get("hold_since") else None,
        "hosts": {name: _host(row or {}) for name, row in recorded["hosts"].items()},
        "observed": observed,
    }


def _took(state: Row) -> float | None:
    """The duration in the view is that of the newest deployment, which may have failed since."""
    if state.get("deployment_status", DeploymentStatus.SUCCESS) != DeploymentStatus.SUCCESS:
        return None
    return state.get("last_deploy_duration")


def _host(row: Row) -> Row:
    known = {name: row.get(name) for name in ("version", "note", "updated_at")}
    return {"status": row.get("status", "unknown"), **known}


def _lock(row: Row) -> Row:
    return {
        "holder": row["holder"],
        "since": row["acquired_at"],
        "expires": row["expires_at"],
        "deployment_id": row["deployment_id"],
    }


def _hold(row: Row) -> Row:
    return {"since": row["hold_since"], "reason": row["hold_reason"], "by": row["hold_by"]}


def lines(answer: Row, last: Row | None, logs: list[str]) -> list[Line]:
    """What people read: the records, then what the target shows, then the last failure and the service's words."""
    return [
        (
            f"{answer['fraise']} → {answer['environment']} ({answer['target_provider'].replace('_', '-')})",
            None,
        ),
        (f"  Status:        {answer['status']}", COLOURS.get(answer["status"])),
        (f"  Version:       {shown(answer['current_shown'])}", None),
        (f"  Last deployed: {_deployed(answer)}", None),
        *_observed(answer),
        *_hosts(answer),
        *_waiting(answer),
        *_jobs(answer.get("jobs", [])),
        *_failure(last),
        *_said(logs),
    ]


def _deployed(answer: Row) -> str:
    if answer["last_deployed_at"] is None:
        return "never"
    took = answer["last_deploy_duration"]
    lasted = f" (took {times.duration(took)})" if took is not None else ""
    return f"{times.moment(answer['last_deployed_at'])}{lasted}"


def _observed(answer: Row) -> list[Line]:
    observed = answer["observed"]
    if observed is None:
        return []
    if not observed["reachable"]:
        who = [name for name, seen in observed.get("hosts", {}).items() if not seen["reachable"]]
        return [(f"  Observed:      {', '.join(who) or 'the target'} did not answer within 2 s", "yellow")]
    same = observed["version"] == answer["current_version"]
    running = "running" if observed["running"] else "not running"
    if len({one["version"] for one in observed.get("hosts", {}).values()}) > 1:
        return [(f"  Observed:      {running}, but not one version on all hosts", "yellow")]
    version = shown(answer["current_shown"]) if same else short(observed["version"])
    found: list[Line] = [(f"  Observed:      {running}, version {version}", None)]
    if not same:
        found.append(("                 This is not the version that is recorded.", "yellow"))
    return found


def _hosts(answer: Row) -> list[Line]:
    """Each host by the records, and what it shows where that is something else."""
    if not answer["hosts"]:
        return []
    seen = (answer["observed"] or {}).get("hosts", {})
    lines = (
        _host_line(name, one, seen.get(name), answer["current_version"])
        for name, one in answer["hosts"].items()
    )
    return [("  Hosts:", None), *lines]


def _host_line(name: str, recorded: Row, seen: Row | None, live: str | None) -> Line:
    remarks: list[str] = []
    if seen is not None and seen["reachable"] and seen["version"] != recorded["version"]:
        remarks.append(f"shows version {short(seen['version'])}")
    if seen is not None and seen["running"] is False:
        remarks.append("not running")
    if recorded["note"]:
        remarks.append(first_line(recorded["note"]))
    well = recorded["status"] == "in_service" and recorded["version"] == live and not remarks
    said = [recorded["status"].replace("_", " "), f"version {short(recorded['version'])}", *remarks]
    return f"    {name}: {', '.join(said)}", None if well else "yellow"


def _waiting(answer: Row) -> list[Line]:
    found: list[Line] = []
    if lock := answer["lock"]:
        holder, deployment = one_line(lock["holder"]), lock["deployment_id"] or "a deployment"
        found.append(
            (f"  In progress:   {deployment} by {holder} since {times.moment(lock['since'])}", "cyan")
        )
    if hold := answer["hold"]:
        since, reason = times.moment(hold["since"]), one_line(hold["reason"] or "no reason given")
        found.append((f"  Held:          since {since}: {reason}", "yellow"))
        found.append(("                 A push waits until a person deploys or rolls back.", None))
    return found


def _jobs(rows: list[Row]) -> list[Line]:
    return [("  Jobs:", None), *map(_job, rows)] if rows else []


def _job(row: Row) -> Line:
    when = " ".join(filter(None, (row["schedule"] or "by hand", row["timezone"])))
    last = row["last_run"]
    if last is None:
        return f"    {row['job']} ({when}): never ran", None
    ended = f"{last['status']} ({last['deployment_id']}) {times.moment(last['started_at'])}"
    return f"    {row['job']} ({when}): {ended}", None if last["status"] == "success" else "yellow"


def _failure(last: Row | None) -> list[Line]:
    bad = {DeploymentStatus.FAILED, DeploymentStatus.ROLLED_BACK, DeploymentStatus.ROLLBACK_FAILED}
    if last is None or last["status"] not in bad:
        return []
    message = first_line(last["error_message"] or "no reason was recorded")
    return [
        (
            f"  Last failure:  {last['identifier']} ({last['status']}) {times.moment(last['started_at'])}",
            "red",
        ),
        (f"                 {message}", None),
        (f"                 fraisier logs {last['identifier']}", None),
    ]


def _said(logs: list[str]) -> list[Line]:
    return (
        [("  The service's last lines:", None), *((f"    {clean(line)}", None) for line in logs)]
        if logs
        else []
    )
