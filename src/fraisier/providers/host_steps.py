"""The steps of a release on a host, whoever runs its service. Pure: an environment and what was observed become data."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable
from pathlib import PurePosixPath

import msgspec

from fraisier.config.app_database import AppDatabase
from fraisier.config.environment import Environment
from fraisier.config.hooks import Hook
from fraisier.config.job import Job
from fraisier.config.references import holds_reference
from fraisier.config.resources import NO_BOUNDS
from fraisier.errors import ConfigurationError
from fraisier.git.export import ExportRelease
from fraisier.git.fetch import FetchCommit
from fraisier.git.send import SendCommit
from fraisier.hosts import layout
from fraisier.hosts.migrations.bench import Settings
from fraisier.hosts.service_ref import ServiceRef, service_ref
from fraisier.hosts.staging import StageParams
from fraisier.hosts.steps import (
    backups,
    build_release,
    migrate_database,
    prepare_folder,
    prune_releases,
    run_in_release,
    switch_release,
    update_tree,
)
from fraisier.hosts.steps import run_job as run_job_step
from fraisier.model.commit import short
from fraisier.model.place import HERE
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import OnFailure, Position, Step
from fraisier.providers import host_backups, host_jobs
from fraisier.providers.places import own_folder
from fraisier.providers.provider import SchemaChange

MARGIN = 60.0
SHOWN = 60
ONCE = frozenset({"run_in_release", "migrate_database", "run_job"})  # what must not happen on every host


def service(environment: Environment, observed: Observed) -> ServiceRef | None:
    """The service that the switch restarts; None when the environment has none."""
    if environment.service is None:
        return None
    ref = service_ref(environment, observed.installation_id, observed.service_manager)
    if ref.manager == "supervisor" and environment.resources != NO_BOUNDS:
        raise ConfigurationError(
            f"{environment.identity} has resources, and supervisor cannot hold a service to limits.",
            hint="Deploy to a machine with systemd, or take `resources` away.",
        )
    return ref


def prepare(environment: Environment) -> Step:
    params = prepare_folder.Params(
        app_path=environment.app_path, user=environment.user, adopt=environment.adopt
    )
    return step("prepare_folder", "Pre-flight checks passed", "Pre-flight checks...", params)


def fetch(environment: Environment, observed: Observed) -> Step:
    params = FetchCommit(
        repository=environment.git_repo,
        mirror=observed.mirror,
        commit=observed.commit.sha,
        branch=observed.commit.branch,
    )
    fetch = step("fetch_commit", "Code fetched", "Pulling latest code...", params, deadline=900)
    return msgspec.structs.replace(fetch, host=HERE) if environment.hosts else fetch


def bring(environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """What lets the target have the commit."""
    fetched = fetch(environment, observed)
    return (fetched, send(environment, observed)) if environment.hosts else (fetched,)


def send(environment: Environment, observed: Observed) -> Step:
    """To another machine the commit travels from the mirror here, and what fetched it never leaves this one."""
    params = SendCommit(
        source=observed.mirror,
        packs=str(PurePosixPath(own_folder(environment, observed.installation_id), "packs")),
        mirror=_mirror(environment, observed),
        commit=observed.commit.sha,
    )
    return step("send_commit", "Code sent", "Sending the code...", params, deadline=900)


def _mirror(environment: Environment, observed: Observed) -> str:
    """Where the target finds the commit."""
    return layout.mirror_path(environment.app_path) if environment.hosts else observed.mirror


def export(environment: Environment, observed: Observed) -> Step:
    params = ExportRelease(
        mirror=_mirror(environment, observed),
        commit=observed.commit.sha,
        app_path=environment.app_path,
        release=observed.release_name,
    )
    title = f"Code updated ({short(observed.commit.sha)})"
    return step("export_release", title, "Writing the release...", params, deadline=900)


def in_place(environment: Environment, observed: Observed) -> tuple[Step, ...]:
    """What brings the commit into a work tree. A rollback needs no repository, but builds again: there is one tree."""
    begun, moved = prepare(environment), update(environment, observed)
    if observed.reuse is not None:
        return (begun, moved, build(environment, observed), refresh(environment, observed, observed.reuse))
    built, staged = build(environment, observed), stage(environment, observed)
    return (begun, *bring(environment, observed), moved, built, staged)


def update(environment: Environment, observed: Observed) -> Step:
    ref = service(environment, observed)
    params = update_tree.Params(
        app_path=environment.app_path,
        mirror=_mirror(environment, observed),
        commit=observed.commit.sha,
        release=observed.release_name,
        attempt=observed.attempt,
        service=ref if observed.live else None,
    )
    title = f"Code updated in place ({short(observed.commit.sha)})"
    stopping = ref.stop_timeout if ref else 0.0
    return step("update_tree", title, "Updating the code...", params, deadline=900 + 2 * stopping + MARGIN)


def build(environment: Environment, observed: Observed) -> Step:
    params = build_release.Params(
        app_path=environment.app_path,
        release=observed.release_name,
        argv=environment.build,
        env_vars=variables(environment, observed),
        env_files=environment.env_files,
        user=environment.user,
        deadline=environment.build_timeout,
        sandbox=environment.build_sandbox,
        writes=environment.build_writes,
    )
    where = " in a sandbox" if environment.build_sandbox else ""
    return step(
        "build_release", f"Built{where}", f"Building{where}...", params, deadline=params.deadline + MARGIN
    )


def stage(environment: Environment, observed: Observed) -> Step:
    params = _staged(environment, observed, Release(name=observed.release_name, commit=observed.commit))
    return step("stage_release", "Release staged", "Staging the release...", params)


def refresh(environment: Environment, observed: Observed, release: Release) -> Step:
    """An old release gets the values that its references have today."""
    params = _staged(environment, observed, release)
    return step("refresh_release", f"Release {release.name} found", "Looking for the release...", params)


def backup(environment: Environment, observed: Observed, argv: tuple[str, ...]) -> Step:
    params = run_in_release.Params(
        app_path=environment.app_path,
        release=observed.release_name,
        what="backup",
        argv=argv,
        public=public(environment),
        user=environment.user,
        deadline=_database_timeout(environment),
    )
    title, doing = "Database backup created", "Backing up the database..."
    return step("run_in_release", title, doing, params, deadline=params.deadline + MARGIN)


def migrate(environment: Environment, change: SchemaChange) -> Step:
    database = environment.database or AppDatabase()
    settings = Settings(
        app_path=environment.app_path,
        environment=environment.environment,
        program=database.tool_command,
        config=database.tool_config,
        up=database.migrate,
        down=database.down,
        rebuild=database.rebuild,
        public=public(environment),
        user=environment.user,
        deadline=database.timeout,
    )
    params = migrate_database.Params(
        tool=database.tool,
        settings=settings,
        release=change.release,
        back=change.back,
        keep=change.keep,
        rebuild=change.rebuild,
    )
    title, doing = _schema_words(change, database.tool)
    commands = 2 + len(change.back) + (2 if change.rebuild else 0)
    deadline = commands * settings.deadline + MARGIN
    return step("migrate_database", title, doing, params, deadline=deadline)


def _schema_words(change: SchemaChange, tool: str) -> tuple[str, str]:
    by = "" if tool == "command" else f" ({tool})"
    if change.rebuild:
        return f"Database rebuilt{by}", "Dropping the database and making it again..."
    if change.keep:
        return "Schema kept", "Keeping the schema..."
    if change.release is None:
        return f"Migrations taken back{by}", "Taking migrations back..."
    return f"Database migrated{by}", "Running migrations..."


def hook(environment: Environment, observed: Observed, wanted: Hook, position: Position) -> Step:
    """One command of the user, before the switch or after the health check. What it does, only the user can undo."""
    name = f"{'pre' if position is Position.BEFORE else 'post'}_deployment hook"
    shown = _shown(wanted.command)
    params = run_in_release.Params(
        app_path=environment.app_path,
        release=observed.release_name,
        what=name,
        argv=wanted.command,
        env=_told(environment, observed),
        public=public(environment),
        user=environment.user,
        sandbox=wanted.sandbox,
        stays=f"whatever the {name} `{shown}` changed",
        how="undo it by hand if it must not stay",
        deadline=wanted.timeout,
    )
    return step(
        "run_in_release",
        f"{name}: {shown}",
        f"Running the {name} `{shown}`...",
        params,
        position=position,
        deadline=params.deadline + MARGIN,
        on_failure=OnFailure.WARN if wanted.on_failure == "warn" else OnFailure.BACK,
    )


def backup_job(environment: Environment, observed: Observed, job: Job) -> tuple[Step, ...]:
    told = backups.Params(
        app_path=environment.app_path,
        release=observed.release_name,
        job=job.name,
        folder="",
        env={**_told(environment, observed), "FRAISIER_JOB": job.name},
        public=public(environment),
        user=environment.user,
        blocked=observed.blocked,
    )
    if observed.restore is not None:
        return host_backups.restore(environment, job, observed.restore, told)
    return host_backups.run(environment, observed, job, told)


def run_job(environment: Environment, observed: Observed, job: Job, *, with_version: bool) -> Step:
    params = run_job_step.Params(
        app_path=environment.app_path,
        release=observed.release_name,
        job=job.name,
        argv=job.command,
        blocked=observed.blocked,
        env={**_told(environment, observed), "FRAISIER_JOB": job.name},
        public=public(environment),
        user=environment.user,
        deadline=job.timeout,
        undoing=with_version,
    )
    doing = f"Running the job {job.name}..."
    return step("run_job", f"Job {job.name} done", doing, params, deadline=params.deadline + MARGIN)


def switch(environment: Environment, observed: Observed) -> Step:
    ref = service(environment, observed)
    params = switch_release.Params(
        app_path=environment.app_path,
        release=observed.release_name,
        previous=observed.live.name if observed.live else None,
        service=ref,
    )
    stopping = ref.stop_timeout if ref else 0.0
    return step(
        "switch_release",
        f"Service restarted ({ref.manager})" if ref else "Release is current",
        "Switching to the new release...",
        params,
        position=Position.SWITCH,
        deadline=2 * stopping + MARGIN,
    )


def prune(environment: Environment, observed: Observed) -> Step:
    """Tidying up never takes a healthy version down: its failure is a warning."""
    params = prune_releases.Params(
        app_path=environment.app_path,
        keep=environment.keep_releases,
        protect=tuple(_names([observed.live])),
    )
    return step(
        "prune_releases",
        "Old releases pruned",
        "Pruning old releases...",
        params,
        position=Position.AFTER,
        on_failure=OnFailure.WARN,
    )


def variables(environment: Environment, observed: Observed) -> dict[str, str]:
    """What the service finds in its environment, besides PATH, HOME and LANG. References stay unresolved."""
    port = environment.service.port if environment.service else None
    ours = {"FRAISIER_VERSION": observed.commit.sha, "FRAISIER_COLOR": ""}
    return {**({"PORT": str(port)} if port else {}), **ours, **environment.env_vars}


def _shown(argv: tuple[str, ...]) -> str:
    """A hook's first line as its user wrote it, cut where it gets long."""
    text = argv[2] if argv[:2] == ("sh", "-c") and len(argv) == 3 else shlex.join(argv)  # noqa: PLR2004 - sh -c text
    first, _, more = text.strip().partition("\n")
    return textwrap.shorten(first, SHOWN, placeholder="…") + (" …" if more else "")


def _told(environment: Environment, observed: Observed) -> dict[str, str]:
    """What a hook finds in its environment beside the service's own variables."""
    return {
        "FRAISIER_FRAISE": environment.fraise,
        "FRAISIER_ENVIRONMENT": environment.environment,
        "FRAISIER_OLD_VERSION": observed.live.commit.sha if observed.live else "",
        "FRAISIER_NEW_VERSION": observed.commit.sha,
        "FRAISIER_BRANCH": observed.commit.branch or environment.branch,
    }


def public(environment: Environment) -> tuple[str, ...]:
    """The variables of a release whose values stand in fraises.yaml as they are, or come from Fraisier itself."""
    literal = (name for name, text in environment.env_vars.items() if not holds_reference(text))
    ours = {"PORT", "FRAISIER_VERSION", "FRAISIER_COLOR"} - environment.env_vars.keys()
    return tuple(sorted(ours.union(literal)))


def _staged(environment: Environment, observed: Observed, manifest: Release) -> StageParams:
    return StageParams(
        app_path=environment.app_path,
        manifest=msgspec.structs.replace(manifest, deployment=observed.attempt),
        service=service(environment, observed),
        argv=environment.service.command if environment.service else (),
        env_vars=variables(environment, observed),
        env_files=environment.env_files,
        units=host_jobs.texts(environment, observed) if host_jobs.timed(environment, observed) else None,
        description=environment.description,
    )


def _database_timeout(environment: Environment) -> float:
    return environment.database.timeout if environment.database else MARGIN


def _names(releases: Iterable[Release | None]) -> Iterable[str]:
    return (release.name for release in releases if release is not None)


def step(
    kind: str,
    title: str,
    doing: str,
    params: msgspec.Struct,
    *,
    position: Position = Position.BEFORE,
    deadline: float = 60.0,
    on_failure: OnFailure = OnFailure.BACK,
) -> Step:
    """A step whose parameters are a kind's own `Params`."""
    return Step(
        kind=kind,
        title=title,
        doing=doing,
        params=msgspec.to_builtins(params),
        position=position,
        deadline=deadline,
        on_failure=on_failure,
        once=kind in ONCE,
    )
