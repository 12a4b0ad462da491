"""The documented Python API."""

import pytest

from fraisier.config import FraisierConfig
from fraisier.errors import ConfigurationError, UnknownName

from .conftest import VALID


@pytest.mark.feature("CFG-01", "CFG-04", "ETC-13")
def test_the_registry(load):
    config = load(VALID.replace("type: api", "type: api\n    description: Sells things"))
    shop = config.get_fraise("shop")
    assert (shop.name, shop.type, shop.description) == ("shop", "api", "Sells things")
    assert list(shop.environments) == ["production"]
    production = config.get_fraise_environment("shop", "production")
    assert production is shop.environments["production"]
    assert production is config.get_fraise_for_branch("main")
    assert str(production.identity) == "shop/production"


def test_names_stay_as_they_are_given(load):
    config = load(VALID.replace("shop:", "My-Shop:").replace("fraise: shop", "fraise: My-Shop"))
    assert list(config.fraises) == ["My-Shop"]
    with pytest.raises(UnknownName) as caught:
        config.get_fraise("my_shop")
    assert caught.value.hint == "did you mean My-Shop?; known: My-Shop"


def test_an_unknown_fraise(load):
    with pytest.raises(UnknownName) as caught:
        load(VALID).get_fraise("shpo")
    assert caught.value.message == "There is no fraise called 'shpo'."
    assert caught.value.hint == "did you mean shop?; known: shop"
    assert caught.value.exit_code == 2


def test_an_unknown_environment(load):
    with pytest.raises(UnknownName) as caught:
        load(VALID).get_fraise_environment("shop", "prod")
    assert caught.value.message == "The fraise 'shop' has no environment called 'prod'."
    assert "known: production" in caught.value.hint


def test_no_fraises_at_all(load):
    with pytest.raises(UnknownName, match="no fraise") as caught:
        load("fraises: {}").get_fraise("shop")
    assert caught.value.hint == "there are none in fraises.yaml"


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file(tmp_path):
    file = tmp_path / "fraises.yaml"
    file.write_text(
        VALID.replace("port: 8001", "prot: 8001").replace("fraise: shop", "fraise: shp").replace("api", "apy")
    )
    with pytest.raises(ConfigurationError) as caught:
        FraisierConfig(str(file))
    assert str(caught.value).splitlines() == [
        f"{file}:3:11  fraises.shop.type  there is no type of fraise called 'apy'; it must be one of api, worker, etl, scheduled, backup, service_group, custom, or an installed plugin  (did you mean api?)",
        f"{file}:10:11  fraises.shop.environments.production.service.prot  unknown key 'prot'  (did you mean port?)",
        f"{file}:13:5  branch_mapping.main.fraise  there is no fraise 'shp'  (did you mean shop?)",
    ]
    assert [problem.kind for problem in caught.value.errors] == ["invalid", "unknown_key", "invalid"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("git: {}", "is missing; it names everything that can be deployed"),
        ("fraises: []", "must be a mapping of keys to values"),
        ("fraises: {shop: {}}", "has no environments"),
        ("fraises: {shop: {type: api, environments: {}}}", "has no environments"),
        ("fraises: {shop: }", "has no environments"),
        ("fraises: {shop: {environments: [a]}}", "must be a mapping of keys to values"),
        ("fraises: {shop: {environments: {p: x}}}", "must be a mapping of keys to values"),
        ("fraises: {-x: {}}", "the name '-x' is empty, begins with a dash"),
        ("fraises: {a/b: {}}", "the name 'a/b' is empty, begins with a dash, or holds a slash"),
        ("fraises: {}\nfraise: {}", "unknown key 'fraise'"),
    ],
)
def test_what_is_wrong_with_the_frame(wrong, text, what):
    (problem,) = wrong(text)
    assert problem.what.startswith(what)
