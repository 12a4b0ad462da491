"""The whole file: its sections in one table, and what comes out of them."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fraisier.config import job, lanes
from fraisier.config.branch_mapping import BRANCH_MAPPING, BranchTarget, branch_mapping, branches_of
from fraisier.config.document import compose
from fraisier.config.environment import ENVIRONMENT, Fraise
from fraisier.config.fraise import FRAISE, FRAISES, fraise, inherited
from fraisier.config.git import GIT, Git, git
from fraisier.config.kinds import text as text_kind
from fraisier.config.monitoring import MONITORING, Monitoring, monitoring
from fraisier.config.names import logs_address
from fraisier.config.nats import NATS, Nats, nats
from fraisier.config.problem import InvalidConfiguration, Problem, Problems, Variable
from fraisier.config.section import BAD, Field, Found, Value, Values, nested, plain, section
from fraisier.config.server import SERVER, Server
from fraisier.config.state import STATE, State
from fraisier.config.webhooks import FIELD as WEBHOOKS
from fraisier.config.webhooks import Receiver, receivers


def _below_a_fraise(key: str) -> str:
    known = FRAISE.by_key | FRAISE.not_yet | ENVIRONMENT.by_key
    return "it belongs below a fraise, or one of its environments" if key in known else ""


ROOT: Final = section(
    "fraises.yaml",
    "The whole file.",
    Field("git", nested(GIT), "The forges that send pushes."),
    Field("fraises", FRAISES, "Everything that can be deployed, by name."),
    Field("branch_mapping", BRANCH_MAPPING, "Which environment a push to a branch deploys, by branch."),
    Field("database", nested(STATE), "Fraisier's own database.", into="state"),
    Field("server", nested(SERVER), "The server that receives pushes."),
    Field("nats", nested(NATS), "The event stream."),
    Field("monitoring", nested(MONITORING), "What `fraisier monitoring` writes for Prometheus."),
    Field(
        "logs_url",
        text_kind(check=logs_address),
        "Where people find more about a deployment, such as https://logs.example.com/?q={deployment_id}: the link in "
        "events and commit statuses. {fraise}, {environment} and {version} are replaced, too.",
    ),
    msgspec.structs.replace(WEBHOOKS, says="Who is told everything that happens."),
    not_yet={
        "secrets": "secret backends; ${VAR} and ${file:…} work",
        "max_concurrent_deployments": "limiting how many deployments run at once",
    },
    elsewhere=_below_a_fraise,
)


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What fraises.yaml says. Names are in the order of the file; `variables` are those that it needs."""

    fraises: dict[str, Fraise]
    git: Git
    branch_mapping: dict[str, BranchTarget]
    state: State
    server: Server = Server()
    nats: Nats = Nats()
    monitoring: Monitoring = Monitoring()
    receivers: tuple[Receiver, ...] = ()
    logs_url: str | None = None
    variables: tuple[Variable, ...] = ()


def read(text: str, file: str) -> Configuration:
    """Read and validate a whole file. Raises `InvalidConfiguration` with everything that is wrong in it."""
    problems = Problems(file)
    root = compose(text, problems)
    if root is None:
        what = "is empty; it needs at least `fraises:`"
        raise InvalidConfiguration([Problem(file=file, what=what)], hint="See fraises.example.yaml.")
    values = ROOT.read(Value(root, "", problems))
    configuration = _configuration(_sections(values, problems), problems)
    problems.raise_if_any()
    return msgspec.structs.replace(configuration, variables=problems.needed)


def _sections(values: Any, problems: Problems) -> dict[str, Any]:
    """The sections by name; what is wrong or absent is empty."""
    if values is not BAD and "fraises" not in values:
        problems.add(Found(None, 1, 1, "fraises"), "is missing; it names everything that can be deployed")
    return {key: {} for key in ("git", "fraises", "branch_mapping")} | (
        {} if values is BAD else plain(values)
    )


def _configuration(sections: dict[str, Any], problems: Problems) -> Configuration:
    fraises: Values = sections["fraises"]
    mapping: Values = sections["branch_mapping"]
    environments = inherited(fraises, problems)
    lanes.check(environments, problems)
    branches = branches_of(mapping)
    built = {name: fraise(name, fraises, environments[name], branches, problems) for name in environments}
    _know_their_needs(built, environments, problems)
    return Configuration(
        fraises=built,
        git=git(sections["git"], problems),
        branch_mapping=branch_mapping(mapping, fraises, problems),
        nats=nats(sections.get("nats", {}), problems),
        monitoring=monitoring(sections.get("monitoring", {})),
        logs_url=_text(sections.get("logs_url")),
        receivers=receivers(sections.get("webhooks"), environments, problems),
        state=_state(sections.get("state"), fraises, problems),
        server=Server(**plain(sections.get("server", {}))),
    )


def _text(found: Any) -> str | None:
    return found if isinstance(found, str) else None


def _know_their_needs(built: dict[str, Fraise], values: dict[str, Values], problems: Problems) -> None:
    """Jobs and services depend on what there is."""
    all_jobs = {
        name: {place: one.jobs for place, one in fraise.environments.items()}
        for name, fraise in built.items()
    }
    for name, environments in values.items():
        for place, found in environments.items():
            job.known(all_jobs, name, place, found, problems)


def _state(at_top: Values | None, fraises: Values, problems: Problems) -> State:
    """The file's own block and the one of the fraise called fraisier mean the same."""
    fraisier = plain(fraises).get("fraisier", {}).get("state")
    within = fraisier.value if fraisier and fraisier.value is not BAD else None
    states = [State(**plain(values)) for values in (at_top, within) if values]
    if len(states) > 1 and states[0] != states[1] and at_top and fraisier:
        _, first = min((found.line, found) for found in at_top.values())
        problems.add(fraisier, f"contradicts database on line {first.line}: both are Fraisier's own database")
    return states[0] if states else State()
