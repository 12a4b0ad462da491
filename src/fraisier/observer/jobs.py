"""Jobs as their lanes see them: what must have ended well before, and what runs beside a deployment."""

from __future__ import annotations

from typing import Any

from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.deployers.jobs import named
from fraisier.model.identity import Identity
from fraisier.model.status import DeploymentStatus


def blocked_by(database: Database, environment: Environment, job: str) -> str:
    """Why a job, or what runs with a new version, may not run now; empty when it may. Raises `UnknownName`."""
    own = {one.name for one in environment.jobs}
    if job:
        needs = list(named(environment, job).depends_on)
    else:
        alone = (one for one in environment.jobs if one.schedule is None)
        needs = [needed for one in alone for needed in one.depends_on if needed not in own]
    return "; ".join(filter(None, (_reason(database, environment, needed, own) for needed in needs)))


def _reason(database: Database, environment: Environment, needed: str, own: set[str]) -> str:
    fraise, _, job = needed.partition("/")
    lane = {"fraise": fraise, "job": job or None}
    if needed in own:
        lane = {"fraise": environment.fraise, "job": needed}
    last = database.row("last_ended", environment=environment.environment, **lane)
    match last and last["status"]:
        case None:
            return f"it depends on {needed}, which has never run"
        case DeploymentStatus.SUCCESS:
            return ""
        case DeploymentStatus.IN_PROGRESS:
            return f"it depends on {needed}, which is running ({last['identifier']})" if last else ""
        case status:
            return (
                f"it depends on {needed}, whose last run ended as {status} ({last['identifier']})"
                if last
                else ""
            )


def neighbours(database: Database, identity: Identity) -> list[dict[str, Any]]:
    """The valid leases that keep this lane waiting, though they are not its own."""
    rows = database.rows("environment_locks", fraise=identity.fraise, environment=identity.environment)
    return [row for row in rows if row["job"] != identity.job and not (row["job"] and identity.job)]


def in_words(row: dict[str, Any]) -> str:
    """What runs there, for people."""
    what = f"the job {row['job']}" if row["job"] else "a deployment"
    called = f" ({row['deployment_id']})" if row["deployment_id"] else ""
    return f"{what}{called} of {row['fraise']}/{row['environment']} runs since {row['acquired_at']}"


def advice(rows: list[dict[str, Any]]) -> str:
    """What a person can do about them."""
    row = rows[0]
    lane = f"{row['fraise']} {row['environment']}" + (f" --job {row['job']}" if row["job"] else "")
    end = f"end it with `fraisier cancel {row['deployment_id']}`" if row["deployment_id"] else "let it begin"
    return (
        f"fraisier why {lane} tells more. Wait longer with --wait-lock SECONDS, {end}, or, when its process is dead, "
        f"`fraisier lock break {lane} --reason …`."
    )
