import pytest

from fraisier.config.git import Forge, Git


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
        "there is no forge called 'gihub'; it must be github, or an installed plugin",
        "did you mean github?",
    )
