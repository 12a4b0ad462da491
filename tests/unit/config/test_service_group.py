"""`type: service_group`: several fraises under one name."""

import pytest

MEMBERS = """
fraises:
  api:
    environments: {production: {app_path: /srv/api, systemd_service: api}}
  web:
    environments: {production: {app_path: /srv/web, systemd_service: web}}
  together:
    description: Both
    type: Service-Group
    services:
      - web
      - api
"""


@pytest.mark.feature("CFG-28")
def test_a_group_names_its_members_in_order(load):
    group = load(MEMBERS).get_fraise("together")
    assert (group.type, group.description) == ("service_group", "Both")
    assert (group.services, group.environments) == (("web", "api"), {})


@pytest.mark.feature("CFG-28")
def test_a_group_may_come_before_its_members(load):
    head, members = MEMBERS.split("  api:\n", 1)
    rest, group = members.split("  together:\n")
    config = load(f"{head}  together:\n{group}  api:\n{rest}")
    assert config.get_fraise("together").services == ("web", "api")


@pytest.mark.feature("CFG-28")
@pytest.mark.parametrize(
    ("before", "after", "line", "what", "hint"),
    [
        ("- web", "- wbe", 11, "there is no fraise 'wbe'", "did you mean web?"),
        ("- web", "- together", 11, "'together' is a service_group, and groups hold fraises only", ""),
        ("- web", "- api", 12, "the fraise 'api' is already in this group", ""),
        ("- web", "- [web]", 11, "must be text, not a list", ""),
        ("services:", "services: web #", 10, "must be a list of text", ""),
        ("    services:\n      - web\n      - api\n", "", 7, "has no services:", ""),
        (
            "    services:",
            "    app_path: /srv\n    services:",
            10,
            "belongs to its members: a service_group only has description and services",
            "",
        ),
        (
            "    services:",
            "    environments: {production: {app_path: /x}}\n    services:",
            10,
            "belongs to its members",
            "",
        ),
        (
            "type: Service-Group",
            "type: api",
            10,
            "belongs to the type service_group, and this fraise is of type api",
            "",
        ),
    ],
)
def test_what_is_wrong(wrong, before, after, line, what, hint):
    text = MEMBERS.replace(before, after)
    if "services: web" in text:
        text = text.replace("      - web\n      - api\n", "")
    first, *_ = [problem for problem in wrong(text) if "environments" not in problem.what]
    assert (first.line, first.hint) == (line, hint)
    assert first.what.startswith(what)


def test_a_branch_is_mapped_to_a_member(wrong):
    (problem,) = wrong(f"{MEMBERS}\nbranch_mapping: {{main: {{fraise: together, environment: production}}}}")
    assert problem.what == "'together' is a service_group; map the branch to one of its members"
