"""Code of the user's own: installed, listed, deployed with, removed; and broken without breaking anything."""

import subprocess
import sys
import textwrap

import pytest

PROVIDER = '''
"""My own cloud."""
from fraisier.providers.bare_metal.provider import BareMetal
from my_words import TARGET

class Mine(BareMetal):
    """Runs on my own cloud."""
    def target(self, environment):
        return TARGET
'''
FORGE = """
from fraisier.git import GitProvider, WebhookEvent

class Gitty(GitProvider):
    name = "gitty"
    def verify_webhook_signature(self, payload, headers):
        return True
    def parse_webhook_event(self, headers, payload):
        return WebhookEvent(provider="gitty", event_type="push", branch="main")
"""


@pytest.fixture
def own(shop):
    """A provider of one's own, which imports a module beside it."""
    file = shop.root / "my_cloud_impl.py"
    file.write_text(PROVIDER)
    (shop.root / "my_words.py").write_text('TARGET = "cloud/mine"\n')
    (shop.root / "unrelated.py").write_text("1/0\n")
    return file


def folder(shop):
    return shop.home / ".local/share/fraisier/providers"


@pytest.mark.feature("CLI-34")
def test_an_installed_provider_deploys(shop, own):
    done = shop.run("plugin", "install", str(own))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"✓ provider my_cloud: {folder(shop)}/my_cloud_impl.py\n"
    assert {path.name for path in folder(shop).glob("*.py")} == {"my_cloud_impl.py", "my_words.py"}
    shop.configure(provider="my_cloud")
    sha = shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0, result
    assert "cloud/mine" in result.stdout
    assert shop.live_version() == sha
    assert [line.split()[:2] for line in shop.run("plugin", "list").stdout.splitlines()[1:]] == [
        ["provider", "my_cloud"]
    ]
    rows = shop.run("providers", "--json").json
    assert [(row["provider"], row["says"]) for row in rows] == [
        ("bare-metal", "a service of systemd or supervisor, below one folder of a machine."),
        ("docker-compose", "services of a Compose file, in containers of one project per environment."),
        ("my_cloud", "Runs on my own cloud."),
    ]
    assert shop.run("plugin", "remove", "my_cloud").exit_code == 0
    assert shop.run("deploy", "shop", "production").exit_code == 2
    assert shop.run("plugin", "remove", "my_cloud").exit_code == 2


def test_an_installed_forge_is_known(shop):
    file = shop.root / "gitty.py"
    file.write_text(FORGE)
    assert shop.run("plugin", "install", str(file), "--json").json["offers"] == [
        {"kind": "forge", "name": "gitty"}
    ]
    asked = "from fraisier.git import get_provider; print(type(get_provider('gitty')).__name__)"
    told = subprocess.run(
        [sys.executable, "-c", asked], env=shop.env, capture_output=True, text=True, check=False
    )
    assert (told.stdout, told.stderr) == ("Gitty\n", "")


def test_another_file_of_the_name_is_replaced_only_when_asked(shop, own):
    shop.run("plugin", "install", str(own))
    assert shop.run("plugin", "install", str(own)).exit_code == 0
    own.write_text(PROVIDER + "# newer\n")
    refused = shop.run("plugin", "install", str(own))
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert shop.run("plugin", "install", str(own), "--force").exit_code == 0
    assert "newer" in (folder(shop) / own.name).read_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module_anywhere\n", "ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("x = 1\n", "offers nothing"),
    ],
)
def test_a_useless_file_is_not_installed(shop, text, reason):
    file = shop.root / "bad.py"
    file.write_text(text)
    refused = shop.run("plugin", "install", str(file))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert reason in refused.stderr
    assert not folder(shop).exists()
    assert shop.run("plugin", "install", str(shop.root / "absent.py")).exit_code == 2
    assert shop.run("plugin", "list").stdout == f"No plugins in {folder(shop)}.\n"


def test_a_broken_plugin_is_one_line_and_stops_nothing(shop):
    folder(shop).mkdir(parents=True)
    (folder(shop) / "bad.py").write_text(
        textwrap.dedent("""
        raise ValueError("no\\nway")
    """)
    )
    assert shop.run("list").stderr == ""
    shop.configure(provider="my_cloud")
    refused = shop.run("list")
    assert refused.exit_code == 2
    assert f"The plugin {folder(shop)}/bad.py is not used: ValueError: no way\n" in refused.stderr
    assert shop.run("plugin", "list").stdout.splitlines()[1].startswith("broken  bad")
    shop.configure()
    shop.commit()
    assert shop.deploy()["status"] == "success"


def test_what_others_may_change_is_not_run(shop, own):
    shop.run("plugin", "install", str(own))
    (folder(shop) / own.name).chmod(0o666)
    listed = shop.run("plugin", "list", "--json").json
    assert "others may change" in listed[0]["error"]
