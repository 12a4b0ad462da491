"""`fraisier drift`: what somebody changed on the target is named, and nothing else is."""

import pytest


def drift(shop, *names):
    answer = shop.run("drift", *names, "--json")
    found = answer.json["findings"]
    assert answer.exit_code == (1 if any(one["status"] == "problem" for one in found) else 0)
    return [one["said"] for one in found]


@pytest.fixture
def live(shop):
    shop.configure(env_vars={"COLOUR": "red"})
    sha = shop.commit()
    shop.deploy()
    return shop, sha


def test_nothing_has_changed_after_a_deployment_or_before_the_first(shop):
    assert drift(shop) == ["Nothing is deployed."]
    sha = shop.commit()
    shop.deploy()
    assert drift(shop) == drift(shop, "shop") == [f"{sha[:7]} runs as it was deployed."]
    printed = shop.run("drift", "shop", "production").stdout
    assert printed == f"✓ shop/production: {sha[:7]} runs as it was deployed.\n"


def test_a_value_that_was_edited_is_named_and_not_shown(live):
    shop, _ = live
    path = (shop.app_path() / "current").resolve().with_suffix(".env")
    path.write_text(path.read_text().replace('"red"', '"s3cret-blue"'))
    answer = shop.run("drift", "shop", "production")
    assert "was changed by hand: COLOUR." in answer.stdout
    assert "s3cret" not in answer.output
    assert "→ fraisier deploy shop production --force" in answer.stdout


def test_a_unit_that_was_edited_is_named_and_mended_by_a_deployment(live):
    shop, sha = live
    unit = next((shop.app_path() / ".fraisier").glob("*.conf"))
    unit.write_text(unit.read_text() + "; edited\n")
    [said] = drift(shop, "shop", "production")
    assert said.endswith("was changed by hand.")
    shop.run("deploy", "shop", "production", "--force")
    assert drift(shop, "shop", "production") == [f"{sha[:7]} runs as it was deployed."]


def test_a_service_that_died_is_named(live):
    shop, _ = live
    shop.run("stop", "shop", "production")
    [said] = drift(shop, "shop", "production")
    assert said.startswith("No process of ")


def test_a_link_that_was_moved_is_named(live):
    shop, first = live
    second = shop.commit()
    shop.deploy()
    current = shop.app_path() / "current"
    old = next(path for path in (shop.app_path() / "releases").iterdir() if path.name.endswith(first[:7]))
    current.unlink()
    current.symlink_to(f"releases/{old.name}")
    said = drift(shop, "shop", "production")
    assert said[0] == f"{second[:7]} is recorded, and {first[:7]} is live."
    assert any("work in" in one for one in said)


def test_an_unknown_name_is_told_with_the_nearest(shop):
    refused = shop.run("drift", "shap", "--json")
    assert refused.exit_code == 2
    assert "shop" in refused.json["error"]["hint"]
