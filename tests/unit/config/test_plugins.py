"""Providers, deployers and forges of one's own, by the names of installed plugins."""

import pytest

FAQ = """
fraises:
  my_service:
    environments:
      production:
        provider: my_cloud
        provider_config:
          api_url: https://api.mycloud.example.com
          Health-Check-URL: https://my-service.example.com/health
          timeout: 10
          ratio: 0.5
          debug: yes
          nothing: ~
          since: 2026-01-01
          nested: {List: [1, two, "3", 0x10]}
          token: ${MY_TOKEN}
"""
OPTIONS = {
    "api_url": "https://api.mycloud.example.com",
    "Health-Check-URL": "https://my-service.example.com/health",
    "timeout": 10,
    "ratio": 0.5,
    "debug": True,
    "nothing": None,
    "since": "2026-01-01",
    "nested": {"List": [1, "two", "3", 16]},
    "token": "${MY_TOKEN}",
}


@pytest.fixture
def service(load, plugins):
    plugins(provider="my_cloud")
    return lambda text: load(text).get_fraise_environment("my_service", "production")


@pytest.mark.feature("CFG-30")
def test_the_keys_of_a_provider_of_one_s_own_pass_through_unchanged(service):
    found = service(FAQ)
    assert (found.provider, found.provider_options) == ("my_cloud", OPTIONS)
    assert found.health_checks == ()


def test_a_target_is_the_same(service):
    target = FAQ.replace("        provider: my_cloud\n", "").replace(
        "provider_config:", "target:\n          provider: my_cloud"
    )
    assert service(target) == service(FAQ)


def test_a_fraise_may_name_the_provider_and_keys_that_its_environments_share(service):
    found = service(
        """
        fraises:
          my_service:
            provider: my_cloud
            provider_config: {api_url: https://a.example.com, size: 1}
            environments:
              production: {provider_config: {size: 2, zone: b}}
        """
    )
    assert found.provider_options == {"api_url": "https://a.example.com", "size": 2, "zone": "b"}


def test_an_environment_may_choose_another_provider_than_its_fraise(load, plugins):
    plugins(provider="my_cloud")
    config = load(
        """
        fraises:
          my_service:
            provider_config: {app_path: /srv/a, systemd_service: a}
            environments:
              here: {}
              there: {provider: my_cloud}
        """
    )
    assert config.get_fraise_environment("my_service", "here").app_path == "/srv/a"
    there = config.get_fraise_environment("my_service", "there")
    assert (there.app_path, there.provider_options) == ("", {"app_path": "/srv/a", "systemd_service": "a"})


def test_what_fraisier_does_itself_is_read_for_every_provider(service):
    found = service(
        FAQ + "          hooks: {pre_deployment: ./check}\n          auto_rollback_on_failure: false\n"
    )
    assert found.hooks.pre_deployment[0].command == ("sh", "-c", "./check")
    assert found.auto_rollback_on_failure is False


def test_an_unknown_provider_is_named_and_its_keys_are_not_judged(wrong, plugins):
    plugins(provider="my_cloudy")
    (problem,) = wrong(FAQ)
    assert (problem.line, problem.column) == (6, 19)
    assert (
        problem.what
        == "there is no provider called 'my_cloud'; it must be one of bare_metal, docker_compose, or an installed plugin"
    )
    assert problem.hint == "did you mean my_cloudy?"


def test_unknown_keys_beside_provider_config_are_errors_for_every_provider(wrong, plugins):
    plugins(provider="my_cloud")
    (problem,) = wrong(FAQ.replace("provider: my_cloud", "provider: my_cloud\n        api_url: x"))
    assert problem.what == "unknown key 'api_url'"


def test_a_malformed_reference_is_found_in_any_depth(wrong, plugins):
    plugins(provider="my_cloud")
    (problem,) = wrong(FAQ.replace("[1, two,", "[1, '${two',"))
    assert problem.path.endswith("provider_config.nested.List[1]")


@pytest.mark.parametrize(
    "keys", ["type: custom\ndeployer: functions", "type: functions"], ids=["deployer", "shorthand"]
)
def test_a_deployer_of_one_s_own(environment, plugins, keys):
    plugins(deployer="functions")
    found = environment("app_path: /srv/x\nsystemd_service: x", keys)
    assert (found.type, found.deployer) == ("custom", "functions")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("type: custom", "2: names no deployer: the name by which a deployer of your own is registered"),
        (
            "type: custom\ndeployer: function",
            "4: there is no deployer called 'function'; it must be an installed plugin (did you mean functions?)",
        ),
        ("deployer: functions", "3: belongs to the type custom, and this fraise is of type api"),
    ],
)
def test_what_is_wrong_with_a_deployer(wrong_keys, plugins, keys, said):
    plugins(deployer="functions")
    assert said in wrong_keys("", keys)


@pytest.mark.feature("CFG-24")
def test_one_fraise_may_have_another_forge(environment):
    found = environment("", "git: {provider: GitLab, base_url: https://git.example.com}")
    assert (found.git.provider, found.git.base_url) == ("gitlab", "https://git.example.com")
    assert environment("").git is None


MYGIT = """
git:
  provider: mygit
  mygit:
    base_url: https://git.example.com
    webhook_secret: ${MYGIT_SECRET}
fraises: {}
"""


def test_a_forge_of_one_s_own_is_configured_like_ours(load, plugins):
    plugins(forge="mygit")
    git = load(MYGIT).git
    assert git.provider == "mygit"
    assert git.forges["mygit"].base_url == "https://git.example.com"
    assert git.forges["mygit"].webhook_secrets == ("${MYGIT_SECRET}",)


def test_a_forge_that_is_not_installed_is_unknown(wrong):
    assert [(problem.line, problem.what) for problem in wrong(MYGIT)] == [
        (
            3,
            "there is no forge called 'mygit'; it must be one of github, gitlab, gitea, forgejo, bitbucket, or an installed plugin",
        ),
        (4, "unknown key 'mygit'"),
    ]
