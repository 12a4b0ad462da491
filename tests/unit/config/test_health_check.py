import pytest

from fraisier.config.health_check import HealthCheck

ALL = """health_check:
  url: http://localhost:1/x
  timeout: 30
  retries: 0
  retry_delay: 200ms
  initial_delay: 5
  start_period: 1m
  expected_status: 204
  enabled: false
"""


@pytest.mark.feature("CFG-17")
def test_every_key(environment):
    assert environment(ALL).health_checks == (
        HealthCheck(
            url="http://localhost:1/x",
            timeout=30.0,
            retries=0,
            retry_delay=0.2,
            initial_delay=5.0,
            start_period=60.0,
            expected_status=204,
            enabled=False,
        ),
    )


@pytest.mark.feature("CFG-18")
@pytest.mark.parametrize(
    ("keys", "url"),
    [
        ("service: {command: x, port: 81}", "http://127.0.0.1:81/h?x=1"),
        ("service: {command: x, port: 81}\nname: a.example.com", "http://127.0.0.1:81/h?x=1"),
        ("name: a.example.com", "https://a.example.com/h?x=1"),
        ("name: http://a.example.com/", "http://a.example.com/h?x=1"),
        ("name: localhost:8000", "http://localhost:8000/h?x=1"),
    ],
)
def test_a_path_is_relative_to_the_service_or_the_address(environment, keys, url):
    (check,) = environment(f"{keys}\nhealth_check: {{path: '/h?x=1'}}").health_checks
    assert check.url == url


@pytest.mark.feature("CFG-19")
def test_the_operator_guide_s_flat_keys(environment):
    (check,) = environment(
        "health_check_url: http://localhost:8000/health\nhealth_check_timeout: 30\nhealth_check_retries: 5"
    ).health_checks
    assert (check.url, check.timeout, check.retries) == ("http://localhost:8000/health", 30.0, 5)


def test_flat_keys_fill_up_the_mapping(environment):
    (check,) = environment("health_check: {url: http://a/}\nhealth_check_retries: 5").health_checks
    assert (check.url, check.retries) == ("http://a/", 5)


def test_the_url_of_an_environment_replaces_the_path_of_its_fraise(environment):
    (check,) = environment(
        "health_check: {url: http://a/}", "health_check: {path: /x, retries: 7}"
    ).health_checks
    assert (check.url, check.retries) == ("http://a/", 7)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            "health_check: {path: /x}",
            "7: '/x' is relative, and shop/production has neither service.port nor name",
        ),
        ("health_check: {timeout: 5}", "7: has neither url nor path: nobody knows what to ask"),
        ("health_check: {url: localhost}", "7: must be an address that begins with http:// or https://"),
        (
            "health_check: {url: http://a/, path: /b}",
            "7: contradicts fraises.shop.environments.production.health_",
        ),
        ("health_check: {url: http://a/}\nhealth_check_url: http://b/", "8: contradicts"),
        ("health_check: [{url: http://a/}]\nhealth_check_url: http://b/", "8: contradicts"),
        ("health_check: [{uri: http://a/, url: http://b/}]", "7: unknown key 'uri' (did you mean url?)"),
        (
            "health_check: {url: http://a/, type: tpc}",
            "7: there is no health check called 'tpc'; it must be one of http, ",
        ),
        ("health_check: {url: http://a/, expected_status: 20}", "7: must be a whole number from 100 to 599"),
        ("health_check: {url: http://a/, timeout: 0}", "7: must be from 0.01 seconds to a year, not '0'"),
        ("health_check: /health", "7: must be a mapping of keys to values"),
        (
            "health_check: {url: http://a/}\nhealth-check: {url: http://a/}",
            "8: the key 'health-check' is already",
        ),
    ],
)
def test_what_is_wrong(wrong_keys, keys, expected):
    (said,) = wrong_keys(keys)
    assert said.startswith(expected)


def test_the_faq_s_mapping_with_two_health_checks_names_both_lines(wrong_keys):
    assert wrong_keys("health_check:\n  enabled: false\nhealth_check:\n  retry_delay: 1") == [
        "9: the key 'health_check' is already given on line 7"
    ]
