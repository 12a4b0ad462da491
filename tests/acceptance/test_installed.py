"""What a person gets who installs the wheel, and how little the first screen costs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("asyncio", "httpx", "fastapi", "msgspec", "pydantic", "rich", "sqlite3", "uvicorn", "ssl")
LOAD_PLUGINS = (
    "from importlib.metadata import distribution\n"
    "for entry in distribution('fraisier').entry_points: entry.load()"
)


def imported(shop, *arguments):
    """The modules that the installed command loads, by the interpreter's own account."""
    result = shop.run(*arguments, env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert result.exit_code == 0, result
    lines = [line for line in result.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_help_loads_nothing_heavy(shop):
    assert imported(shop, "--help").isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", [["list"], ["config", "validate"]])
def test_reading_the_configuration_loads_no_loop_no_database_and_no_colours(shop, arguments):
    assert imported(shop, *arguments).isdisjoint({"asyncio", "rich", "sqlite3", "httpx", "fastapi", "ssl"})


@pytest.mark.feature("CLI-36")
def test_version(shop):
    result = shop.run("--version")
    assert result.exit_code == 0
    assert "1.0.0a1" in result.stdout


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A virtual environment with the built wheel and what it depends on, and no source tree in sight."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)],
        check=True,
    )
    [wheel] = folder.glob("fraisier-*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    subprocess.run(
        [
            *pip,
            "--python",
            str(folder / "venv"),
            "install",
            "--constraint",
            str(ROOT / "constraints.txt"),
            str(wheel),
        ],
        check=True,
    )
    return folder / "venv" / "bin"


@pytest.mark.feature("ETC-17")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("command", ["fraisier", "fraisier-webhook"])
def test_every_entry_point_of_the_wheel_starts(clean, tmp_path, command):
    done = subprocess.run(
        [clean / command, "--help"], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage" in done.stdout


@pytest.mark.timeout(400)
def test_the_wheel_alone_deploys(clean, shop):
    shop.fraisier = clean / "fraisier"
    sha = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == sha


@pytest.mark.timeout(400)
def test_every_plugin_of_the_wheel_loads(clean, tmp_path):
    done = subprocess.run(
        [clean / "python", "-c", LOAD_PLUGINS], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.timeout(400)
@pytest.mark.feature("MET-11", "MET-12")
def test_what_watches_fraisier_comes_with_the_wheel(clean):
    lies = "from importlib.resources import files\nprint(*sorted(f.name for f in (files('fraisier') / 'monitoring').iterdir()))"
    done = subprocess.run(
        [clean / "python", "-c", lies], capture_output=True, text=True, check=True, cwd=clean
    )
    assert done.stdout.split() == [
        "alerts.yml",
        "grafana-dashboard.json",
        "prometheus-regions.yml",
        "prometheus.yml",
    ]
