"""`fraisier logs --follow`: what comes is shown as it comes."""

import json
import signal

from tests.support.running import reached, running


def said(one, wanted):
    """Read its lines up to the one that holds `wanted`."""
    lines = []
    while line := one.process.stdout.readline():
        lines.append(line.rstrip("\n"))
        if wanted in line:
            return lines
    raise AssertionError(lines)


def test_a_service_is_followed_over_a_restart(shop):
    shop.commit()
    shop.deploy()
    with running(shop, "logs", "shop", "production", "--follow") as following:
        said(following, "starting v1")
        shop.commit()
        shop.deploy()
        said(following, "starting v2")
        following.signal(signal.SIGINT)
        _, complaint = following.process.communicate(timeout=20)
        assert (following.process.returncode, complaint) == (130, "")


def test_each_line_is_an_object_for_a_program_and_the_tail_is_as_long_as_asked(shop):
    shop.commit()
    shop.deploy()
    shop.commit()
    shop.deploy()
    with running(shop, "logs", "shop", "production", "-f", "--tail", "1", "--json") as following:
        [line] = said(following, "line")
        assert json.loads(line)["schema"] == 1
        assert "v1" not in line


def test_a_deployment_is_followed_to_its_end(shop):
    shop.commit()
    shop.configure(build=["sh", "-c", "while [ ! -e go ]; do sleep 0.1; done; echo built it"])
    with running(shop, "deploy", "shop", "production"):
        reached(shop, "build_release")
        with running(shop, "logs", "dep_00001", "--follow") as following:
            seen = said(following, "Code updated")
            assert not any("built it" in line for line in seen)
            [release] = [path for path in (shop.app_path() / "releases").iterdir() if path.is_dir()]
            (release / "go").touch()
            seen = said(following, "Deployment successful")
            assert any("built it" in line for line in seen)
            assert following.process.wait(20) == 0


def test_a_deployment_that_has_ended_is_shown_at_once(shop):
    shop.commit()
    shop.deploy()
    followed = shop.run("logs", "dep_00001", "--follow").stdout
    assert followed == shop.run("logs", "dep_00001").stdout
