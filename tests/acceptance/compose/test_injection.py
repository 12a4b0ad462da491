"""Whatever names and values say, they are names and values."""

import pytest

from tests.support.compose_shop import FILES

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

TOUCH = "$(touch pwned)`touch pwned`;touch pwned|touch pwned\n--project-name=evil ${HOME} $$ %s '\"\\ {{.Id}}"
FRAISE = "shop;touch pwned $(touch pwned) {{.Id}}"
ENVIRONMENT = "live`touch pwned`${HOME}'\""
BRANCH = "a;touch$IFSpwned&$(touch$IFSpwned)"


@pytest.mark.feature("PRV-04")
def test_names_paths_and_values_are_inert(shop):
    shop.repository.branch(BRANCH)
    shop.commit(**{"a $(touch pwned) 'file'.yaml": FILES["compose.yaml"]})
    app_path = shop.root / "srv" / "$(touch pwned) $PORT 'x'"
    written = shop.environment(
        branch=BRANCH,
        app_path=str(app_path),
        file="a $(touch pwned) 'file'.yaml",
        env_vars={"VALUE": TOUCH.replace("${HOME}", "$HOME"), "PORT": str(shop.port())},
        hooks={
            "pre_deployment": [
                'docker compose config --quiet && echo "$VALUE $FRAISIER_BRANCH" > "$HOME/said"'
            ]
        },
    )
    shop.write_config({"fraises": {FRAISE: {"environments": {ENVIRONMENT: written}}}})
    answer = shop.deploy(ENVIRONMENT, fraise=FRAISE)
    assert answer["status"] == "success", answer
    assert shop.about()["label"] == "v1"
    [one] = shop.containers()
    variables = dict(line.split("=", 1) for line in one["Config"]["Env"])
    assert variables["VALUE"] == TOUCH.replace("${HOME}", "$HOME")
    assert BRANCH in (shop.home / "said").read_text(encoding="utf-8")
    assert "evil" not in one["Name"]
    assert shop.run("logs", FRAISE, ENVIRONMENT).exit_code == 0
    assert shop.run("stop", FRAISE, ENVIRONMENT).exit_code == 0
    assert not [path for path in shop.root.rglob("*pwned*") if path.name == "pwned"]
