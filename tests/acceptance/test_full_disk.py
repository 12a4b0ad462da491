"""A disk that is full, or may only be read, in the middle of a deployment."""

from tests.support.disk import ext4, tmpfs


def test_a_sick_version_that_has_filled_the_disk_goes_back(shop):
    good = shop.commit()
    with tmpfs(shop.app_path(), "size=130m") as disk:
        shop.deploy()
        filling = f"#!/bin/sh\ncat /dev/zero > {disk}/theirs 2>/dev/null; exit 0"
        shop.commit(mode="sick", **{"build.sh": filling})
        answer = shop.deploy()
        assert answer["status"] == "rolled_back"
        assert shop.live_version() == good
        assert len(shop.releases()) == 1
        shop.close()


def test_a_disk_that_becomes_read_only_is_told_at_once_and_the_old_version_lives(shop):
    good = shop.commit()
    with ext4(shop.app_path(), 160) as disk:
        shop.deploy()
        shop.commit(**{"build.sh": f"#!/bin/sh\nmount -o remount,abort {disk}"})
        result = shop.run("deploy", "shop", "production", timeout=30)
        assert result.exit_code == 4
        assert f"{disk}/.fraisier: Read-only file system" in result.stderr
        assert shop.live_version() == good
        shop.close()
