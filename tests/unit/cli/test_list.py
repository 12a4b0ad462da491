"""The registry, as the prd draws it."""

from importlib import import_module

from fraisier.config.environment import Environment, Fraise

listing = import_module("fraisier.cli.list")


def fraise(name, type_, description, **environments):
    return Fraise(
        name=name,
        type=type_,
        description=description,
        environments={
            place: Environment(
                fraise=name, environment=place, type=type_, provider=provider, provider_options=options
            )
            for place, (provider, options) in environments.items()
        },
    )


REGISTRY = [
    fraise(
        "fraisier",
        "api",
        "Fraisier deployment orchestrator",
        production=("bare_metal", {"host": "deploy.example.com"}),
    ),
    fraise(
        "my_api",
        "api",
        "My FraiseQL API",
        development=("docker_compose", {}),
        production=("scaleway", {"region": "fr-par"}),
    ),
    fraise("my_worker", "worker", "", production=("coolify", {})),
]


def test_the_tree():
    assert "\n".join(listing.tree(REGISTRY)) == (
        "Fraisier - Fraise Registry\n"
        "├── fraisier (api) - Fraisier deployment orchestrator\n"
        "│   └── production → bare-metal (deploy.example.com)\n"
        "├── my_api (api) - My FraiseQL API\n"
        "│   ├── development → docker-compose\n"
        "│   └── production → scaleway (fr-par)\n"
        "└── my_worker (worker)\n"
        "    └── production → coolify"
    )


def test_flat_lines():
    assert listing.flat_lines(REGISTRY) == [
        "fraisier   production   api     bare-metal (deploy.example.com)",
        "my_api     development  api     docker-compose",
        "my_api     production   api     scaleway (fr-par)",
        "my_worker  production   worker  coolify",
    ]


def test_nothing_yet():
    assert listing.tree([]) == ["Fraisier - Fraise Registry"]
    assert listing.flat_lines([]) == []


def test_a_group_lists_its_members():
    group = Fraise(
        name="everything",
        type="service_group",
        description="",
        environments={},
        services=("my_api", "my_worker"),
    )
    assert listing.tree([*REGISTRY, group])[-3:] == [
        "└── everything (service_group)",
        "    ├── my_api",
        "    └── my_worker",
    ]
    assert listing._rows([group])[0]["services"] == ["my_api", "my_worker"]
