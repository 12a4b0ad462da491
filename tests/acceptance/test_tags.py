"""A version is a commit; people read its tag when there is one, programs its full hash."""

import pytest


@pytest.mark.feature("CLI-13", "DEP-26")
def test_people_see_tags_and_programs_hashes(shop):
    first = shop.commit()
    shop.repository.tag("1.2.3")
    shop.deploy()
    second = shop.commit()
    shop.repository.tag("1.2.4")
    said = shop.run("deploy", "shop", "production")
    assert "  Version: 1.2.3 → 1.2.4" in said.stdout.splitlines()
    assert "1.2.3 → 1.2.4" in shop.run("history").stdout
    status = shop.run("status", "shop", "production").stdout.splitlines()
    assert "  Version:       1.2.4" in status
    assert "  Observed:      running, version 1.2.4" in status
    [line] = [line for line in shop.run("status-all").stdout.splitlines() if "production" in line]
    assert "1.2.4" in line
    row = shop.history()[0]
    assert (row["old_version"], row["new_version"]) == (first, second)
    assert (row["old_shown"], row["new_shown"]) == ("1.2.3", "1.2.4")
    assert shop.status()["current_version"] == second


def test_without_a_tag_people_see_seven_characters(shop):
    first = shop.commit()
    shop.deploy()
    shop.repository.tag("1.0")
    second = shop.commit()
    assert f"  Version: {first[:7]} → {second[:7]}" in shop.run("deploy", "shop", "production").stdout
    assert f"{first[:7]} → {second[:7]}" in shop.run("history").stdout
    assert f"  Version:       {second[:7]}" in shop.run("status", "shop", "production").stdout
    assert f"— → {first[:7]}" in shop.run("history").stdout


def test_a_rollback_is_shown_by_tags_too(shop):
    for tag in ("1.2.3", "1.2.4"):
        shop.commit()
        shop.repository.tag(tag)
        shop.deploy()
    assert "  Version: 1.2.4 → 1.2.3" in shop.run("rollback", "shop", "production").stdout.splitlines()
    assert "  Version:       1.2.3" in shop.run("status", "shop", "production").stdout
    dry = shop.run("deploy", "shop", "production", "--dry-run").stdout
    assert "  Current version: 1.2.3" in dry
