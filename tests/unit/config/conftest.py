"""A file on disk, read through the documented Python API."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fraisier.config import FraisierConfig
from fraisier.config.problem import InvalidConfiguration, Problem
from fraisier.model import registry

VALID = """\
fraises:
  shop:
    type: api
    environments:
      production:
        git_repo: /srv/git/shop.git
        app_path: /srv/shop
        service:
          command: python3 app.py
          port: 8001
branch_mapping:
  main:
    fraise: shop
    environment: production
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], FraisierConfig]:
    def read(text: str) -> FraisierConfig:
        file = tmp_path / "fraises.yaml"
        file.write_text(dedent(text), encoding="utf-8")
        return FraisierConfig(file)

    return read


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make names of plugins known for one test: `plugins(provider="my_cloud")`."""
    monkeypatch.setattr(registry, "_registered", {})

    def known(**names: str) -> None:
        for kind, name in names.items():
            registry.announce(kind, name)

    return known


@pytest.fixture
def wrong(load: Callable[[str], FraisierConfig]) -> Callable[[str], list[Problem]]:
    """Everything that is wrong with a text; the test fails when nothing is."""

    def read(text: str) -> list[Problem]:
        with pytest.raises(InvalidConfiguration) as caught:
            load(text)
        assert caught.value.exit_code == 2
        return caught.value.errors

    return read


@pytest.fixture
def environment(load):
    """One environment whose keys are given, indented under it."""

    def read(keys: str, fraise: str = ""):
        return load(around(keys, fraise)).get_fraise_environment("shop", "production")

    return read


@pytest.fixture
def wrong_keys(wrong):
    """What is wrong with the keys of one environment, as `line: what (hint)`; its keys begin on line 7."""

    def read(keys: str, fraise: str = "") -> list[str]:
        return [
            f"{problem.line}: {problem.what}" + (f" ({problem.hint})" if problem.hint else "")
            for problem in wrong(around(keys, fraise))
        ]

    return read


def around(keys: str, fraise: str) -> str:
    """`keys` below an environment that already has what every environment needs."""
    lines = ["fraises:", "  shop:"]
    lines += [f"    {line}" for line in dedent(fraise).strip().splitlines()]
    lines += ["    environments:", "      production:"]
    for key, line in (("app_path", "app_path: /srv/shop"), ("systemd_service", "systemd_service: shop")):
        given = f"{keys}\n{fraise}".lower().replace("-", "_")
        skip = f"{key}:" in given or (
            key == "systemd_service" and "command:" in given and "hooks" not in given
        )
        lines.append("        # given below" if skip else f"        {line}")
    lines += [f"        {line}" for line in dedent(keys).strip().splitlines()]
    return "\n".join(lines) + "\n"
