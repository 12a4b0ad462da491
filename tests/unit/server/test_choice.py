"""Which forge a delivery comes from."""

import pytest

from fraisier.git.forge import GitProvider
from fraisier.git.github import GitHub
from fraisier.server.choice import choose
from fraisier.server.refusal import Refusal


class Gitea(GitProvider):
    name = "gitea"

    def verify_webhook_signature(self, payload, headers):
        return False

    def parse_webhook_event(self, headers, payload):
        raise NotImplementedError


FORGES = {"github": GitHub(), "gitea": Gitea()}


@pytest.mark.parametrize(
    ("named", "headers", "otherwise", "chosen"),
    [
        (set(), {"x-github-event": "push"}, "gitea", "github"),
        (set(), {"X-Gitea-Event": "push", "X-GitHub-Event": "push"}, "github", "gitea"),
        (set(), {}, "gitea", "gitea"),
        ({"github"}, {"X-Gitea-Event": "push"}, "gitea", "github"),
        ({"GitHub"}, {}, "gitea", "github"),
    ],
)
def test_the_name_then_the_headers_then_the_configuration(named, headers, otherwise, chosen):
    assert choose(FORGES, named, headers, otherwise=otherwise) is FORGES[chosen]


@pytest.mark.parametrize(("named", "status"), [({"gitlab"}, 404), ({""}, 404), ({"github", "gitea"}, 400)])
def test_a_named_forge_is_never_replaced_by_a_guess(named, status):
    with pytest.raises(Refusal) as caught:
        choose(FORGES, named, {"X-GitHub-Event": "push"}, otherwise="github")
    assert caught.value.status == status
