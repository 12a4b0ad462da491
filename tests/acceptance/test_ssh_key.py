"""A repository behind SSH: the right key deploys, a wrong one and an unknown host change nothing."""

import subprocess

import pytest

from tests.support import ssh


@pytest.fixture
def server(shop):
    shop.commit()
    folder = shop.root / "ssh"
    folder.mkdir()
    with ssh.serving(shop.repository.origin, folder) as server:
        shop.configure(git_repo=server.url)
        yield server


def deploy(shop, server, key, *, known):
    """Deploy where /etc/ssh/ssh_known_hosts is ours, in a mount namespace: ssh looks in no other changeable place."""
    put = 'mount -t tmpfs tmpfs /etc/ssh && cat "$0" > /etc/ssh/ssh_known_hosts && exec "$@"'
    hosts = str(server.known_hosts) if known else "/dev/null"
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", put, hosts, str(shop.fraisier), "deploy", "shop", "production"],
        env={**shop.env, "FRAISIER_SSH_KEY": str(key)},
        cwd=shop.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.feature("DEP-20")
def test_the_key_in_fraisier_ssh_key_is_used(shop, server):
    done = deploy(shop, server, server.good, known=True)
    assert done.returncode == 0, done
    assert shop.live_version() == shop.repository.labels["v1"]


def untouched(shop, done):
    assert done.returncode == 5, done
    assert "Traceback" not in done.stderr
    assert not shop.app_path().exists()
    return done.stderr


def test_a_wrong_key_is_told_and_changes_nothing(shop, server):
    said = untouched(shop, deploy(shop, server, server.bad, known=True))
    assert "key" in said
    assert "FRAISIER_SSH_KEY" in said


def test_a_key_that_is_not_there_is_told(shop, server):
    assert "FRAISIER_SSH_KEY" in untouched(shop, deploy(shop, server, shop.root / "no-such-key", known=True))


def test_an_unknown_host_is_never_trusted_silently(shop, server):
    said = untouched(shop, deploy(shop, server, server.good, known=False))
    assert "host key" in said
    assert "ssh " in said
