"""`jobs:` — what runs at set times, or when somebody asks for it: the jobs of types scheduled, etl and backup."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fraisier.config import cron
from fraisier.config.kinds import ARGV, at_most, duration, named, scalar, text, whole
from fraisier.config.names import absolute_path, compose_service, destination, file_path, name, timer, unit
from fraisier.config.nearest import did_you_mean
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Found, Kind, Value, Values, nested, plain, section

TYPES: Final = frozenset({"scheduled", "etl", "backup"})


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`command` runs in the folder of the live release. Empty: `service_unit` is a systemd unit of the user's own, or else
    the container of `service`, one of the Compose file, knows what to run.

    `schedule` is in cron's form, in `timezone`, None: the machine's. `depends_on` names jobs of the same environment,
    FRAISE, or FRAISE/JOB. `timeout` is in seconds. What follows it is for backups: `backup_path` is the folder that
    holds them, `sync_to` a destination for rsync.
    """

    name: str
    command: tuple[str, ...] = ()
    service: str | None = None
    schedule: str | None = None
    timezone: str | None = None
    depends_on: tuple[str, ...] = ()
    service_unit: str | None = None
    timer_unit: str | None = None
    timeout: float = 3600.0
    backup_path: str | None = None
    retention_days: int | None = None
    keep_last: int = 1
    restore_test: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    sync_to: str | None = None
    sync: tuple[str, ...] = ()

    @property
    def foreign(self) -> bool:
        """Whether it is a unit of the user's own, which Fraisier does not run."""
        return not self.command and self.service_unit is not None


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """How jobs run: in containers, by a Compose file; `service` is the one of it that the environment names."""

    contained: bool
    composed: bool
    service: str | None = None


def _read_path(value: Value) -> Any:
    written = text("the path of a script in the repository", check=file_path).read(value)
    if written is BAD:
        return BAD
    return (written if "/" in written else f"./{written}",)


def _read_schedule(value: Value) -> Any:
    written = scalar(value, SCHEDULE.expected)
    if written is BAD:
        return BAD
    try:
        cron.on_calendar(written)
    except cron.BadSchedule as wrong:
        return value.refuse(str(wrong), hint='minute hour day month weekday, such as "0 2 * * *"')
    return " ".join(written.split())


def _zone(written: str) -> str | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - few schedules name one

    try:
        ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"there is no time zone called {written!r}: write it as Europe/Paris"
    return None


ANY_TEXT: Final = {"type": "string"}
SCRIPT_PATH: Final = Kind("the path of a script in the repository", _read_path, ANY_TEXT)
SCHEDULE: Final = Kind("a schedule in cron's form", _read_schedule, ANY_TEXT)
NAMES: Final = at_most(100, text("the name of a job"))

WORK: Final = (
    Field("script", ARGV, "The command of the job, run in the folder of the live release.", into="command"),
    Field("script_path", SCRIPT_PATH, "The same, as the path of a script.", into="command"),
    Field("schedule", SCHEDULE, "When it runs, in cron's form: minute hour day month weekday."),
    Field("timezone", text(check=_zone), "Whose clock the schedule means; default: the machine's."),
    Field(
        "depends_on",
        NAMES,
        "Jobs that must have ended well before: of this environment, or FRAISE, or FRAISE/JOB.",
        aliases=("dependencies",),
    ),
    Field("timeout", duration(minimum=1), "How long a run may take."),
)
BACKUP: Final = (
    Field("backup_path", text(check=absolute_path), "The folder of the backups; default: one of Fraisier's."),
    Field("retention_days", whole(1, 36500), "Older backups are removed, after a good new one."),
    Field("keep_last", whole(1, 10000), "So many of the newest good backups stay, however old they are."),
    Field("restore_test", ARGV, "Proves that a backup can be restored; finds it in $BACKUP_FILE."),
    Field("restore", ARGV, "What `fraisier backup restore` runs; finds the backup in $BACKUP_FILE."),
    Field(
        "sync_to", text(check=destination), "A copy by rsync: user@host:/path, or a folder of this machine."
    ),
    Field("sync", ARGV, "A command that copies instead; finds the backup in $BACKUP_FILE."),
)
JOB: Final = section(
    "jobs.JOB",
    "One job.",
    *WORK,
    *BACKUP,
    Field(
        "service",
        text("the name of a service", check=compose_service),
        "docker_compose: the service of the Compose file in whose container it runs; default: that of the environment.",
    ),
    Field(
        "systemd_service",
        text(check=unit),
        "What its unit is called; without a script it is your own unit, which is started and never written.",
        into="service_unit",
    ),
    Field("systemd_timer", text(check=timer), "What its timer is called.", into="timer_unit"),
    of=Job,
)
JOBS: Final = named(nested(JOB), check=name)
# The only job of an environment may stand in the environment itself.
PLAIN: Final = tuple(
    msgspec.structs.replace(field, into=f"job.{field.into or field.key}", says=f"The only job: {field.says}")
    for field in (*WORK, *BACKUP)
    if field.key != "timeout"
)


def jobs(type_: str, values: Values, at: Found, problems: Problems) -> tuple[Job, ...]:
    """The jobs of an environment, in the order of the file. Complains about what no job can be."""
    listed, only = values.get("jobs"), values.get("job")
    if type_ not in TYPES:
        _none_of(type_, listed, only, problems)
        return ()
    provider = plain(values).get("provider", "bare_metal")
    if provider not in {"bare_metal", "docker_compose"}:
        what = f"not supported yet: jobs with the provider {provider}"
        problems.add(values["provider"], what, kind="not_supported_yet")
    if listed is not None and only is not None:
        problems.add(_place(only), f"contradicts jobs on line {listed.line}: put it into a job")
    if listed is None and only is None:
        problems.add(at, "has no jobs: neither jobs nor script_path")
        return ()
    found: Values = {type_: only} if listed is None and only else plain(values).get("jobs", {})
    made = tuple(
        Job(name=called, **plain(one.value)) for called, one in found.items() if isinstance(one.value, dict)
    )
    where = _where(values, problems)
    for called, one in found.items():
        if isinstance(one.value, dict):
            _check(type_, called, one, problems)
            _runs(where, one, problems)
    _no_circle(made, found, problems)
    return made


def _none_of(type_: str, listed: Found | None, only: Found | None, problems: Problems) -> None:
    """A service may depend on others, and has no jobs."""
    keys = [found for key, found in only.value.items() if key != "depends_on"] if only else []
    for found in [*([listed] if listed else []), *keys]:
        problems.add(found, f"belongs to the types scheduled, etl and backup, not to {type_}")


def needs(values: Values) -> tuple[str, ...]:
    """What stands in `depends_on` of the environment itself."""
    only = values.get("job")
    found: tuple[str, ...] = plain(only.value).get("depends_on", ()) if only else ()
    return found


def _place(found: Found) -> Found:
    """Where the keys stand that became one mapping."""
    inner = found.value if isinstance(found.value, dict) and not found.path.endswith("jobs") else {}
    return min(inner.values(), key=lambda one: (one.line, one.column), default=found)


def _check(type_: str, called: str, one: Found, problems: Problems) -> None:
    job = one.value
    foreign = "service_unit" in job and "command" not in job
    if "schedule" not in job and type_ != "etl" and not ("timer_unit" in job and foreign):
        problems.add(one, 'has no schedule: when it runs, such as "0 2 * * *"')
    for field in BACKUP if type_ != "backup" else ():
        if field.key in job:
            problems.add(job[field.key], f"belongs to the type backup, and this fraise is of type {type_}")
    if "sync_to" in job and "sync" in job:
        problems.add(job["sync"], f"contradicts sync_to on line {job['sync_to'].line}: one of them copies")
    if type_ == "backup" and foreign:
        problems.add(job["service_unit"], "cannot make a backup that Fraisier looks after: give it a script")
    if "timezone" in job and "schedule" not in job:
        problems.add(job["timezone"], "is the zone of a schedule, and there is none")
    for needed in plain(job).get("depends_on", ()):
        if needed == called:
            problems.add(job["depends_on"], f"{called} depends on itself")


def _where(values: Values, problems: Problems) -> Where:
    """Complains about several services that the environment names: a job runs in one."""
    if plain(values).get("provider") != "docker_compose":
        return Where(contained="deployment_type" in values, composed=False)
    service = values["service"].value if "service" in values else {}
    named = service.get("names") if isinstance(service, dict) else None
    names: tuple[str, ...] = named.value if named and named.value is not BAD else ()
    if named and len(names) > 1:
        problems.add(
            named,
            "names several services, and a job runs in one of them",
            hint="name one here, or one in each job; what it depends on is brought up by itself",
        )
    return Where(contained=True, composed=True, service=names[0] if names else None)


def _runs(where: Where, one: Found, problems: Problems) -> None:
    """Somebody has to know what to run, and in which container."""
    job = one.value
    if "command" not in job and "service_unit" not in job and not where.contained:
        problems.add(one, "has neither script, script_path nor systemd_service: nobody knows what to run")
    if "service" in job and not where.composed:
        problems.add(
            job["service"], "belongs to the provider docker_compose: it names a service of a Compose file"
        )
    if where.composed and not ({"service", "service_unit"} & job.keys() or where.service):
        problems.add(
            one,
            "has no service: nobody knows which one of the Compose file runs it",
            hint="name it here, or one for all jobs in the environment: service: NAME",
        )


def _no_circle(made: tuple[Job, ...], found: Values, problems: Problems) -> None:
    """Complain about the first job that would wait for itself through others."""
    waits = {job.name: {one for one in job.depends_on if one in found} for job in made}
    for start, first in waits.items():
        seen, todo = set[str](), set(first)
        while todo:
            at = todo.pop()
            seen.add(at)
            todo |= waits.get(at, set()) - seen
        if start in seen - first:
            problems.add(found[start].value["depends_on"], f"{start} depends on itself, through others")
            return


def known(
    all_jobs: dict[str, dict[str, tuple[Job, ...]]], fraise: str, at: str, found: Found, problems: Problems
) -> None:
    """Complain about dependencies that name nothing. `all_jobs` are those of every fraise, by environment."""
    own = {job.name for job in all_jobs[fraise][at]}
    others = {name for name, places in all_jobs.items() if at in places and name != fraise}
    allowed = own | others | {f"{name}/{job.name}" for name in others for job in all_jobs[name][at]}
    for holder in _with_needs(found.value):
        for needed in plain(holder.value).get("depends_on", ()):
            if needed not in allowed:
                hint = did_you_mean(needed, sorted(allowed))
                what = f"there is no {needed!r} to depend on: neither a job here nor a fraise in {at}"
                problems.add(holder.value["depends_on"], what, hint=hint)


def _with_needs(values: Values) -> list[Found]:
    """Every mapping that depends on something."""
    found = [values.get("job"), *plain(values).get("jobs", {}).values()]
    return [
        one for one in found if one is not None and isinstance(one.value, dict) and "depends_on" in one.value
    ]
