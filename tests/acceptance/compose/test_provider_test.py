"""Can containers be deployed here? What is missing has a name each time, and a cure."""

import os
import subprocess

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]


def findings(shop, **env):
    result = shop.run("provider-test", "docker_compose", "--json", env=env)
    return result.exit_code, {one["check"]: one for one in result.json["findings"]}


@pytest.mark.feature("CLI-33")
def test_an_engine_that_answers(shop):
    shop.commit()
    code, found = findings(shop)
    assert (code, found["docker"]["status"]) == (0, "ok")
    assert "Compose 2." in found["docker"]["said"]


@pytest.mark.feature("CLI-33")
def test_docker_is_not_installed(shop, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "git", "python3", "test", "df", "ls", "env", "readlink", "dirname"):
        found = subprocess.run(["sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True)
        path = found.stdout.strip()
        (tools / name).symlink_to(path if path.startswith("/") else f"/usr/bin/{name}")
    code, found = findings(shop, PATH=str(tools))
    assert (code, found["docker"]["said"]) == (1, "Docker is not installed on localhost.")


@pytest.mark.feature("CLI-33")
def test_the_daemon_does_not_answer(shop):
    shop.pretend_socket("/nowhere/docker.sock")
    code, found = findings(shop)
    assert code == 1
    assert "daemon on localhost does not answer" in found["docker"]["said"]
    assert "systemctl start docker" in found["docker"]["fix"]
    shop.commit()
    result = shop.run("deploy", "shop", "production", "--json")
    assert result.exit_code == 5
    assert result.json["error"]["code"] == "unreachable"


@pytest.mark.feature("CLI-33")
def test_the_socket_belongs_to_others(shop, short_folder):
    from fraisier.hosts.compose.trouble import _ASK

    os.chmod(short_folder, 0o755)  # noqa: PTH101 - as it is
    done = subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", "sh", "-c", _ASK],
        env={"PATH": shop.env["PATH"], "DOCKER_HOST": f"unix://{shop.engine.socket}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "permission denied" in done.stderr


@pytest.mark.feature("CLI-33")
def test_there_is_no_compose(shop):
    (shop.home / ".docker/cli-plugins/docker-compose").unlink()
    code, found = findings(shop)
    if found["docker"]["status"] == "ok":  # this machine has Compose for everybody, and it was found
        assert code == 0
        return
    assert code == 1
    assert "no Compose v2" in found["docker"]["said"]
