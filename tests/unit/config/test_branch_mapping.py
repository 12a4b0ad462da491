import pytest

from fraisier.config.branch_mapping import BranchTarget

FILE = """
fraises:
  shop:
    environments:
      production: {app_path: /srv/a, systemd_service: a}
      staging: {app_path: /srv/b, systemd_service: b}
branch_mapping:
"""


@pytest.mark.feature("CFG-08")
def test_a_branch_leads_to_its_environment(load):
    config = load(
        FILE
        + "  main: {fraise: shop, environment: production}\n  v1.x: {fraise: shop, environment: staging}\n"
    )
    assert config.branch_mapping["v1.x"] == BranchTarget(fraise="shop", environment="staging")
    assert config.get_fraise_for_branch("main").environment == "production"
    assert config.get_fraise_for_branch("Main") is None


def test_the_branch_of_an_environment_is_the_one_that_is_mapped_to_it(load):
    config = load(FILE + "  dev: {fraise: shop, environment: staging}\n")
    assert config.get_fraise_environment("shop", "staging").branch == "dev"
    assert config.get_fraise_environment("shop", "production").branch == "main"


def test_two_mapped_branches_decide_nothing(load):
    config = load(
        FILE + "  dev: {fraise: shop, environment: staging}\n  x: {fraise: shop, environment: staging}\n"
    )
    assert config.get_fraise_environment("shop", "staging").branch == "main"


@pytest.mark.parametrize(
    ("entry", "what", "hint"),
    [
        ("main: {fraise: shpo, environment: production}", "there is no fraise 'shpo'", "did you mean shop?"),
        (
            "main: {fraise: shop, environment: prodution}",
            "the fraise 'shop' has no environment 'prodution'",
            "did you mean production?",
        ),
        ("main: {fraise: shop}", "names no environment", ""),
        ("main: {environment: staging}", "names no fraise", ""),
        (
            "main: {fraise: shop, enviroment: x, environment: staging}",
            "unknown key 'enviroment'",
            "did you mean environment?",
        ),
        (
            "'a b': {fraise: shop, environment: staging}",
            "'a b' is not a name that Git allows for a branch",
            "",
        ),
        ("main: shop", "must be a mapping of keys to values", ""),
    ],
)
def test_what_is_wrong(wrong, entry, what, hint):
    (problem,) = wrong(f"{FILE}  {entry}\n")
    assert (problem.line, problem.what, problem.hint) == (8, what, hint)


def test_a_broken_fraise_is_not_called_unknown(wrong):
    problems = wrong("fraises: {shop: 5}\nbranch_mapping: {main: {fraise: shop, environment: x}}")
    assert [problem.path for problem in problems] == ["fraises.shop"]


TWO = """
fraises:
  shop: {git_repo: "git@example.com:acme/Shop.git", environments: {p: {app_path: /a, systemd_service: a}}}
  blog: {git_repo: "${URL}", environments: {p: {app_path: /b, systemd_service: b}}}
branch_mapping:
"""


def test_two_repositories_may_both_have_a_main(load):
    mapping = "  acme/shop:main: {fraise: shop, environment: p}\n  example.com/acme/blog:x/y: {fraise: blog, environment: p}\n"
    config = load(TWO + mapping)
    assert list(config.branch_mapping) == ["acme/shop:main", "example.com/acme/blog:x/y"]
    assert config.get_fraise_environment("blog", "p").branch == "x/y"
    assert config.get_fraise_for_branch("main") is None


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("shop:main", "'shop' is not a repository such as acme/api"),
        (":main", "'' is not a repository such as acme/api"),
        ("acme/shop:a..b", "'a..b' is not a name that Git allows for a branch"),
        ("acme/shop:", "'' is not a name that Git allows for a branch"),
        ("acme/other:main", "acme/other is not the git_repo of shop/p"),
        ("me/acme/shop:main", "me/acme/shop is not the git_repo of shop/p"),
    ],
)
def test_what_is_wrong_with_a_repository(wrong, key, what):
    (problem,) = wrong(f"{TWO}  '{key}': {{fraise: shop, environment: p}}\n")
    assert (problem.line, problem.what) == (6, what)
