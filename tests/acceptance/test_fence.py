"""`fraisier fence adopt`: another installation takes a target over."""


def test_another_installation_takes_the_fence_over(shop):
    shop.commit()
    shop.deploy()
    lost = shop.env["FRAISIER_DB_PATH"]
    shop.env["FRAISIER_DB_PATH"] = str(shop.root / "state" / "second.db")
    shop.commit()
    refused = shop.run("deploy", "shop", "production", "--json")
    assert (refused.exit_code, refused.json["error"]["code"]) == (3, "fence_refused")
    assert shop.run("fence", "adopt", "shop", "production").exit_code == 2
    adopted = shop.run("fence", "adopt", "shop", "production", "--yes", "--json")
    assert (adopted.exit_code, adopted.json["adopted"]) == (0, True), adopted
    again = shop.run("fence", "adopt", "shop", "production", "--json")
    assert (again.exit_code, again.json["adopted"]) == (0, False)
    [event] = [row for row in shop.run("audit", "--json").json if row["what"] == "fence.adopted"]
    assert event["who"] == "ada"
    answer = shop.run("deploy", "shop", "production", "--json").json
    assert (answer["error"] or {}).get("code") != "fence_refused"
    shop.env["FRAISIER_DB_PATH"] = lost
    assert shop.run("deploy", "shop", "production", "--json").json["error"]["code"] == "fence_refused"
