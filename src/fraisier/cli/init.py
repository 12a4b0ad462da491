"""`fraisier init`: a first fraises.yaml for the application in this folder."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.scaffold.application import Answers

QUESTIONS: Final = {
    "name": "Name of the service",
    "environment": "Environment",
    "git_repo": "Repository",
    "branch": "Branch",
    "app_path": "Folder on this machine that holds the releases",
    "build": "Build command (empty: none)",
    "command": "Command that starts the service",
    "port": "Port",
    "health": "Address that answers when it is well",
}


@door(
    "fraisier init",
    "fraisier init --command 'python3 app.py' --port 8123",
    "fraisier init --file fraises.yaml --force",
    "fraisier init --systemd",
    name="init",
)
@click.option("--name", help="Name of the fraise; default: that of the repository.")
@click.option("--environment", metavar="ENV", help="Name of its environment.  [default: production]")
@click.option("--git-repo", metavar="URL", help="Any address that Git takes; default: that of `origin`.")
@click.option("--branch", help="What is deployed; default: the branch that is checked out.")
@click.option(
    "--app-path", metavar="FOLDER", help="Where its releases go; default: below /var/www, if it may."
)
@click.option("--build", metavar="COMMAND", help="Makes a release ready; default: what its language uses.")
@click.option("--command", metavar="COMMAND", help="Starts the service; default: what its language uses.")
@click.option("--port", type=click.IntRange(1, 65535), help="Where it listens; it gets it as PORT.")
@click.option("--health", metavar="PATH", help="What answers when it is well, such as /health.")
@click.option(
    "--file", metavar="FILE", help="Write this file; default: -c, FRAISIER_CONFIG, else fraises.yaml."
)
@click.option(
    "--systemd",
    is_flag=True,
    help="Instead write the unit that runs `fraisier serve` here; FILE is then its own.",
)
@click.option("--force", is_flag=True, help="Replace FILE when it exists.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing, also on a terminal.")
def command(
    app: App, file: str | None, systemd: bool, force: bool, yes: bool, port: int | None, **typed: str | None
) -> None:
    """Write a first fraises.yaml for this folder.

    Looks what is here: language, how it starts, branch, port. Asks on a terminal, takes options elsewhere. Puts
    .env and .env.local into .gitignore.
    """
    if systemd:
        from fraisier.cli import init_unit

        init_unit.write(app, file, force=force)
        return
    from fraisier.config.reader import read
    from fraisier.errors import ConfigurationError
    from fraisier.scaffold.render import render

    target = Path(file or app.config_file or os.environ.get("FRAISIER_CONFIG") or "fraises.yaml")
    _refuse_existing(target, force=force)
    given = {name: value for name, value in (*typed.items(), ("port", port)) if value is not None}
    guessed = {**_guess(Path.cwd()), **given}
    chosen = guessed if yes or app.json or not _is_person() else _asked(guessed, given)
    answers = _answers(chosen)
    text = render(answers)
    read(text, str(target))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        ignored = _ignore(Path(".gitignore"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(
            f"{getattr(error, 'filename', None) or '.gitignore'} cannot be written: {reason}.",
            hint="Run this where you may write, or name another file with --file.",
        ) from error
    _tell(app, target, answers, ignored=ignored)


def _refuse_existing(target: Path, *, force: bool) -> None:
    from fraisier.errors import ConfigurationError

    if target.exists() and not force:
        raise ConfigurationError(
            f"{target} exists.", hint="Edit it, or write it anew with `fraisier init --force`."
        )


def _is_person() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _guess(folder: Path) -> dict[str, str | int]:
    """The default of every question; an empty text where nothing was found."""
    from fraisier.scaffold.detect import detect, safe_name
    from fraisier.scaffold.look import branch, files, origin

    found = detect(files(folder))
    repository = origin(folder)
    return {
        "language": found.language,
        "name": safe_name(repository or folder.name),
        "environment": "production",
        "git_repo": repository or str(folder),
        "branch": branch(folder) or "main",
        "app_path": "",
        "build": shlex.join(found.build or ()),
        "command": shlex.join(found.command),
        "port": found.port,
        "health": found.health,
    }


def _asked(guessed: dict[str, str | int], given: dict[str, str | int]) -> dict[str, str | int]:
    """One question for everything that no option has said already."""
    answers = dict(guessed)
    for name, question in QUESTIONS.items():
        if name in given:
            continue
        default = _app_path(str(answers["name"])) if name == "app_path" else answers[name]
        kind: Any = click.IntRange(1, 65535) if name == "port" else str
        answers[name] = click.prompt(
            question, default=default if default or name == "build" else None, type=kind
        )
    return answers


def _app_path(name: str) -> str:
    """/var/www where this user may write there, else a folder of the user's own."""
    shared = Path("/var/www")
    nearest = shared if shared.is_dir() else shared.parent
    if os.access(nearest, os.W_OK | os.X_OK):
        return str(shared / name)
    own = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(own) / "fraisier" / name)


def _answers(chosen: dict[str, str | int]) -> Answers:
    """Raises `ConfigurationError` when nobody can say what starts the service."""
    from fraisier.errors import ConfigurationError
    from fraisier.scaffold.application import Answers, Application

    if not chosen["command"]:
        raise ConfigurationError(
            "What starts the service cannot be told from the files in this folder.",
            hint="Say it: fraisier init --command 'python3 app.py'",
        )
    name = str(chosen["name"])
    return Answers(
        name=name,
        environment=str(chosen["environment"]),
        git_repo=str(chosen["git_repo"]),
        branch=str(chosen["branch"]),
        app_path=str(chosen["app_path"] or _app_path(name)),
        application=Application(
            language=str(chosen["language"]),
            command=_words(str(chosen["command"]), "--command"),
            build=_words(str(chosen["build"]), "--build") or None,
            port=int(chosen["port"]),
            health=str(chosen["health"]),
        ),
    )


def _words(text: str, option: str) -> tuple[str, ...]:
    """The argument list of a typed command; what only a shell understands goes to one."""
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint=f"'{option}'") from None
    needs_shell = words[:2] != ("sh", "-c") and any(sign in text for sign in ("$", "|", ";", "&", ">", "<"))
    return ("sh", "-c", text) if needs_shell else words


def _ignore(path: Path) -> bool:
    """Whether lines had to be added."""
    from fraisier.scaffold.render import ignore

    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = ignore(before)
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def _tell(app: App, target: Path, answers: Answers, *, ignored: bool) -> None:
    where = f"{shlex.quote(answers.name)} {shlex.quote(answers.environment)}"
    found = str(target) in {"fraises.yaml", "config/fraises.yaml", os.environ.get("FRAISIER_CONFIG")}
    option = "" if found else f" -c {shlex.quote(str(target))}"
    following = f"fraisier deploy {where} --dry-run{option}"
    application = answers.application
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "file": str(target),
                "fraise": answers.name,
                "environment": answers.environment,
                "language": application.language or None,
                "command": list(application.command),
                "build": list(application.build) if application.build else None,
                "port": application.port,
                "git_repo": answers.git_repo,
                "branch": answers.branch,
                "app_path": answers.app_path,
                "next": following,
            }
        )
        return
    terminal.say(f"✓ {target}: {_about(answers)}", colour="green")
    if not (Path.cwd() / answers.git_repo / ".git").exists() and answers.git_repo == str(Path.cwd()):
        terminal.complain("Note: this folder is no Git repository yet: git init && git add . && git commit")
    if ignored:
        terminal.say("✓ .gitignore leaves .env and .env.local out of the repository.", colour="green")
    terminal.say(f"Next: look it over, then  {following}")


def _about(answers: Answers) -> str:
    found = answers.application
    language = f"{found.language}, " if found.language else ""
    return f"{language}`{shlex.join(found.command)}` on port {found.port}, branch {answers.branch}."
