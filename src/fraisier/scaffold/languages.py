"""How an application of each language is usually built and run. One function each; the first that knows it wins."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from fraisier.scaffold.application import Application, in_shell

Files = Mapping[str, str]
"""The text of each file at the top of the folder, by name."""

VENV: Final = "python3 -m venv .venv && .venv/bin/pip install"
STARTERS: Final = ("app.py", "main.py", "server.py", "wsgi.py", "asgi.py", "run.py")
NODE_STARTERS: Final = ("server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs")


def python(files: Files) -> Application | None:
    starter = next((name for name in STARTERS if name in files), None)
    if not ({"pyproject.toml", "requirements.txt", "setup.py", "manage.py"} & files.keys() or starter):
        return None
    needs = files.get("requirements.txt", "") + files.get("pyproject.toml", "")
    build = _python_build(files)
    found = in_venv(_python_command(files, starter, needs.lower())) if build else None
    command = found or _python_command(files, starter, needs.lower())
    return Application(language="Python", command=command, build=build)


def _python_build(files: Files) -> tuple[str, ...] | None:
    if files.get("requirements.txt", "").strip():
        return ("sh", "-c", f"{VENV} -r requirements.txt")
    if "[build-system]" in files.get("pyproject.toml", "") or "setup.py" in files:
        return ("sh", "-c", f"{VENV} .")
    return None


def _python_command(files: Files, starter: str | None, needs: str) -> tuple[str, ...]:
    if "manage.py" in files:
        return in_shell("python3 manage.py runserver 127.0.0.1:$PORT")
    made = re.search(r"^(\w+)\s*=\s*(FastAPI|Starlette|Flask)\(", files.get(starter or "", ""), re.MULTILINE)
    if starter and made and "uvicorn" in needs and made[2] != "Flask":
        return in_shell(f"uvicorn {starter[:-3]}:{made[1]} --host 127.0.0.1 --port $PORT")
    if starter and made and made[2] == "Flask" and "gunicorn" in needs:
        return in_shell(f"gunicorn --bind 127.0.0.1:$PORT {starter[:-3]}:{made[1]}")
    if starter and made and made[2] == "Flask" and ".run(" not in files[starter]:
        return in_shell(f"flask --app {starter[:-3]} run --port $PORT")
    return ("python3", starter) if starter else ()


def in_venv(command: tuple[str, ...]) -> tuple[str, ...]:
    """The same command with the programs that the build installs."""
    if command[:2] == ("sh", "-c"):
        return (*command[:2], re.sub(r"^exec (python3|\w+)", _of_venv, command[2]))
    return (".venv/bin/python3", *command[1:]) if command[:1] == ("python3",) else command


def _of_venv(found: re.Match[str]) -> str:
    return f"exec .venv/bin/{found[1]}"


def node(files: Files) -> Application | None:
    if "package.json" not in files:
        return None
    scripts = _object(_json(files["package.json"]).get("scripts"))
    starter = next((name for name in NODE_STARTERS if name in files), None)
    command = ("npm", "start") if "start" in scripts else (("node", starter) if starter else ())
    install = "npm ci" if "package-lock.json" in files else "npm install"
    line = f"{install} && npm run build" if "build" in scripts else install
    return Application(language="Node.js", command=command, build=("sh", "-c", line), port=3000)


def go(files: Files) -> Application | None:
    if "go.mod" not in files:
        return None
    build = ("go", "build", "-o", "bin/app", ".")
    return Application(language="Go", command=("bin/app",), build=build, port=8080)


def rust(files: Files) -> Application | None:
    if "Cargo.toml" not in files:
        return None
    name = re.search(r'^\s*name\s*=\s*"([\w-]+)"', files["Cargo.toml"], re.MULTILINE)
    command = (f"target/release/{name[1]}",) if name else ()
    return Application(
        language="Rust", command=command, build=("cargo", "build", "--release", "--locked"), port=8080
    )


def ruby(files: Files) -> Application | None:
    if "Gemfile" not in files:
        return None
    line = "bundle exec rackup --host 127.0.0.1 --port $PORT"
    command = in_shell(line) if "config.ru" in files else ()
    return Application(language="Ruby", command=command, build=("bundle", "install"), port=9292)


def php(files: Files) -> Application | None:
    if not {"composer.json", "index.php"} & files.keys():
        return None
    build = ("composer", "install", "--no-dev") if "composer.json" in files else None
    folder = "." if "index.php" in files else "public"
    return Application(language="PHP", command=in_shell(f"php -S 127.0.0.1:$PORT -t {folder}"), build=build)


LANGUAGES: Final[tuple[Callable[[Files], Application | None], ...]] = (python, node, go, rust, ruby, php)


def _json(text: str) -> dict[str, Any]:
    """A file that is not JSON tells nothing."""
    try:
        return _object(json.loads(text))
    except ValueError:
        return {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
