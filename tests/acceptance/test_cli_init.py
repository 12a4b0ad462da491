"""`fraisier init`: from an application's folder to a first deployment."""

import os
import pty
import subprocess

import pytest
import yaml

from tests.support.repository import NOBODY

SERVICE = """
import http.server, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def application(shop):
    """A folder with an application of somebody's own, committed to a branch called trunk."""
    folder = shop.root / "my-app"
    folder.mkdir()
    (folder / "app.py").write_text(SERVICE)
    for arguments in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **NOBODY}, check=True)
    del shop.env["FRAISIER_CONFIG"]
    return folder


def run(shop, folder, *arguments):
    return subprocess.run(
        [shop.fraisier, *arguments],
        cwd=folder,
        env=shop.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.feature("CLI-35", "SAFE-13")
def test_from_an_application_to_its_first_deployment(shop, application):
    port, app_path = str(shop.port()), str(shop.app_path())
    done = run(shop, application, "init", "--port", port, "--app-path", app_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Python, `python3 app.py`" in done.stdout
    assert "branch trunk" in done.stdout
    assert "Next: look it over, then  fraisier deploy my_app production --dry-run" in done.stdout
    assert (application / ".gitignore").read_text() == ".env\n.env.local\n"
    text = (application / "fraises.yaml").read_text()
    assert "#" in text
    written = yaml.safe_load(text)["fraises"]["my_app"]["environments"]["production"]
    assert (written["branch"], written["git_repo"]) == ("trunk", str(application))
    assert written["health_check"]["path"] == "/healthz"
    assert run(shop, application, "validate").returncode == 0
    assert run(shop, application, "deploy", "my_app", "production", "--dry-run").returncode == 0
    deployed = run(shop, application, "deploy", "my_app", "production")
    assert deployed.returncode == 0, deployed
    assert run(shop, application, "test", "my_app", "production").returncode == 0


def test_nothing_is_overwritten_unasked(shop, application):
    (application / "fraises.yaml").write_text("mine")
    refused = run(shop, application, "init")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "init --force" in refused.stderr
    assert (application / "fraises.yaml").read_text() == "mine"
    assert not (application / ".gitignore").exists()
    assert run(shop, application, "init", "--force").returncode == 0
    assert "my_app" in (application / "fraises.yaml").read_text()


def test_an_application_that_nobody_knows_needs_one_option(shop, application):
    (application / "app.py").rename(application / "notes.txt")
    refused = run(shop, application, "init")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--command" in refused.stderr
    assert not (application / "fraises.yaml").exists()
    done = run(shop, application, "init", "--command", "./serve --port $PORT", "--json")
    assert done.returncode == 0
    assert '"./serve --port $PORT"' in done.stdout
    assert run(shop, application, "validate").returncode == 0


def test_a_password_in_the_address_of_origin_is_not_copied(shop, application):
    subprocess.run(
        ["git", "remote", "add", "origin", "https://ada:tops3cret@example.com/acme/api.git"],
        cwd=application,
        check=True,
    )
    done = run(shop, application, "init")
    assert done.returncode == 0
    text = (application / "fraises.yaml").read_text()
    assert "tops3cret" not in text + done.stdout
    assert "example.com/acme/api.git" in text


def test_a_wrong_answer_writes_nothing(shop, application):
    done = run(shop, application, "init", "--app-path", "relative")
    assert done.returncode == 2
    assert "absolute path" in done.stderr
    assert not (application / "fraises.yaml").exists()


def test_it_asks_on_a_terminal(shop, application):
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [shop.fraisier, "init", "--port", "8123"],
        cwd=application,
        env={**shop.env, "TERM": "dumb"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
    ) as asking:
        os.close(follower)
        os.write(leader, b"shop_two\n" + b"\n" * 7)
        said = b""
        while True:
            try:
                said += os.read(leader, 4096)
            except OSError:
                break
    os.close(leader)
    assert asking.returncode == 0, said
    assert b"Branch [trunk]" in said
    assert b"Port [" not in said
    assert "shop_two" in yaml.safe_load((application / "fraises.yaml").read_text())["fraises"]


def test_a_folder_that_cannot_be_written_is_one_line(shop, application):
    done = run(shop, application, "init", "--file", "/proc/nowhere/fraises.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr


def test_a_unit_that_lies_elsewhere_is_linked_by_its_path(shop):
    """`systemctl enable NAME` would not find it."""
    shop.configure()
    unit = shop.root / "fraisier-webhook.service"
    made = shop.run("init", "--systemd", "--file", str(unit), "--json")
    assert made.json["next"] == f"systemctl daemon-reload && systemctl enable --now {unit}"
