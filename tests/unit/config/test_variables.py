"""Which variables the file needs, and where."""


def test_variables_without_a_default_are_known_with_their_places(load):
    config = load(
        """
        git: {github: {webhook_secret: "${HOOK}"}}
        fraises:
          shop:
            env_vars: &shared
              A: ${FIRST} and ${SECOND}
              B: ${THIRD:-default} ${file:/run/key} $PLAIN
            environments:
              production: {app_path: /srv/a, systemd_service: a, env_vars: *shared}
        """
    )
    found = [(one.name, one.line, one.column, one.path) for one in config.variables]
    assert found == [
        ("HOOK", 2, 32, "git.github.webhook_secret"),
        ("FIRST", 6, 10, "fraises.shop.env_vars.A"),
        ("SECOND", 6, 10, "fraises.shop.env_vars.A"),
    ]
