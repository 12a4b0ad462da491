"""Reading the configuration is on the way of every command."""

import subprocess
import sys

import yaml

from fraisier.config.reader import read

HEAVY = {"asyncio", "rich", "sqlite3", "httpx", "fastapi", "dataclasses", "difflib", "pathlib", "hashlib"}


def loaded(code: str) -> set[str]:
    out = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(out.stdout.split())


def test_reading_loads_nothing_heavy(tmp_path):
    file = tmp_path / "fraises.yaml"
    file.write_text(file_of(2))
    found = loaded(f"from fraisier.config import FraisierConfig; FraisierConfig({str(file)!r})")
    assert found & HEAVY == set()


def test_a_struct_of_the_configuration_does_not_load_yaml():
    assert "yaml" not in loaded("import fraisier.config.environment")


def test_the_pure_parser_reads_the_same(monkeypatch):
    text = file_of(3)
    expected = read(text, "f")
    monkeypatch.setattr("fraisier.config.document.LOADER", yaml.SafeLoader)
    assert read(text, "f") == expected


def file_of(count: int) -> str:
    return "fraises:\n" + "".join(
        f"""
  api{n}:
    type: api
    description: Number {n}
    environments:
      production:
        name: api{n}.example.com
        branch: main
        git_repo: /srv/git/api{n}.git
        app_path: /var/www/api{n}
        build: ./build.sh
        service: {{manager: supervisor, command: python3 app.py, port: {1000 + n}}}
        health_check: {{path: /health, timeout: 2, retries: 5, retry_delay: 200ms}}
        env_vars:
          DATABASE_URL: ${{DATABASE_URL_{n}}}
          API_KEY: ${{API_KEY_{n}}}
"""
        for n in range(count)
    )
