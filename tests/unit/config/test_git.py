import pytest

from fraisier.config.forge import Forge
from fraisier.config.git import Git


def test_without_the_section_it_is_github(load):
    assert load("fraises: {}").git == Git(provider="github")


def test_secrets_stay_references(load):
    git = load(
        "git: {provider: GitHub, github: {base_url: https://x, webhook_secret: '${S}'}}\nfraises: {}"
    ).git
    assert git == Git(
        provider="github", forges={"github": Forge(base_url="https://x", webhook_secrets=("${S}",))}
    )


@pytest.mark.parametrize("key", ["webhook_secret", "secret_token", "Secret-Token"])
def test_two_secrets_while_one_is_replaced(load, key):
    git = load(f"git: {{github: {{{key}: ['${{NEW}}', '${{OLD}}']}}}}\nfraises: {{}}").git
    assert git.forges["github"].webhook_secrets == ("${NEW}", "${OLD}")


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        ("{webhook_secret: [a, b, c]}", "must be text, best a ${…} reference, or a list of at most 2"),
        ("{webhook_secret: []}", "must be text, best a ${…} reference, or a list of at most 2"),
        ("{webhook_secret: ''}", "is empty: anybody could sign with it"),
        ("{webhook_secret: [a, '']}", "is empty: anybody could sign with it"),
        ("{webhook_secret: }", "has no value; it must be text, best a ${…} reference"),
        ("{webhook_secret: a, secret_token: b}", "contradicts git.github.webhook_secret on line 2"),
        (
            "{base_url: github.com}",
            "must be an address that begins with http:// or https://, not 'github.com'",
        ),
        ("{webhook_sceret: a}", "unknown key 'webhook_sceret'"),
        ("5", "must be a mapping of keys to values"),
    ],
)
def test_what_is_wrong(wrong, forge, expected):
    (problem,) = wrong(f"git:\n  github: {forge}\nfraises: {{}}\n")
    assert (problem.line, problem.what) == (2, expected)


def test_a_misspelt_forge(wrong):
    (problem,) = wrong("git: {provider: gihub}\nfraises: {}")
    assert (problem.what, problem.hint) == (
        "there is no forge called 'gihub'; it must be one of github, gitlab, gitea, forgejo, bitbucket, or an installed plugin",
        "did you mean github?",
    )


@pytest.mark.feature("CFG-25", "CFG-27")
@pytest.mark.parametrize("name", ["github", "gitlab", "gitea", "forgejo", "bitbucket"])
def test_every_forge_has_a_section_and_may_be_the_default(load, name):
    git = load(
        f"git: {{provider: {name}, {name}: {{base_url: 'https://x', secret_token: '${{S}}'}}}}\nfraises: {{}}"
    ).git
    assert git == Git(provider=name, forges={name: Forge(base_url="https://x", webhook_secrets=("${S}",))})


def test_bitbucket_has_keys_of_its_own(load, wrong):
    git = load("git: {bitbucket: {server: true, allow_sha1: yes}}\nfraises: {}").git
    assert git.forges["bitbucket"] == Forge(server=True, allow_sha1=True)
    assert [problem.what for problem in wrong("git: {github: {server: true}}\nfraises: {}")] == [
        "unknown key 'server'"
    ]


def test_networks_that_deliveries_come_from(load):
    git = load("git: {gitea: {allow_from: [192.0.2.0/24, '2001:db8::/32', 10.0.0.1]}}\nfraises: {}").git
    assert git.forges["gitea"].allow_from == ("192.0.2.0/24", "2001:db8::/32", "10.0.0.1")


@pytest.mark.parametrize("network", ["192.0.2.1/24", "example.com", "300.1.1.1"])
def test_what_is_no_network(wrong, network):
    (problem,) = wrong(f"git: {{gitea: {{allow_from: {network}}}}}\nfraises: {{}}")
    assert problem.what.startswith("is not a network: ")


def test_unsigned_deliveries_only_from_named_networks(load, wrong):
    (problem,) = wrong("git:\n  gitea: {allow_unsigned: true}\nfraises: {}")
    assert (problem.line, problem.what) == (2, "lets anybody deploy")
    git = load("git: {gitea: {allow_unsigned: true, allow_from: 10.0.0.1}}\nfraises: {}").git
    assert git.forges["gitea"].allow_unsigned
