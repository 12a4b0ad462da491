import json

SECRETS = """
git:
  github: {webhook_secret: literal-hook-secret}
fraises:
  shop:
    environments:
      production:
        app_path: /srv/shop
        systemd_service: shop
        git_repo: https://bob:literal-repo-password@example.com/a.git
        health_check: {url: "https://bob:literal-check-password@example.com/"}
        env_vars:
          PLAIN: visible
          API_KEY: literal-api-key
          TOKEN: ${A_TOKEN:-literal-default}
          REFERRING: x-${SOME_VARIABLE}
          DATABASE_URL: postgres://bob:literal-db-password@db/shop
"""


def test_no_secret_is_shown(load):
    shown = json.dumps(load(SECRETS).show())
    assert "literal" not in shown


def test_what_is_no_secret_is_shown(load):
    shown = load(SECRETS).show()
    production = shown["fraises"]["shop"]["environments"]["production"]
    assert production["env_vars"] == {
        "PLAIN": "visible",
        "API_KEY": "***",
        "TOKEN": "***",
        "REFERRING": "***",
        "DATABASE_URL": "postgres://***@db/shop",
    }
    assert production["git_repo"] == "https://***@example.com/a.git"
    assert shown["git"]["forges"]["github"]["webhook_secrets"] == ["***"]


def test_it_is_effective(load):
    config = load(
        "fraises: {shop: {keep_releases: 7, environments: {p: {app_path: /a, systemd_service: a}}}}"
    )
    shown = config.show()
    assert shown["path"] == config.path
    assert shown["database"] == {"type": "sqlite", "path": None, "strategy": "apply"}
    assert shown["fraises"]["shop"]["environments"]["p"]["keep_releases"] == 7
    assert shown["fraises"]["shop"]["environments"]["p"]["build_timeout"] == 1800.0


def test_a_user_without_a_password_stays(load):
    config = load(
        SECRETS.replace("https://bob:literal-repo-password@example.com/a.git", "ssh://git@example.com/a.git")
    )
    assert (
        config.show()["fraises"]["shop"]["environments"]["production"]["git_repo"]
        == "ssh://git@example.com/a.git"
    )
