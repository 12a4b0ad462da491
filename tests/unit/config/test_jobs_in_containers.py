"""Which service of a Compose file runs a job, and what it runs there."""

import pytest

HEAD = """\
fraises:
  shop:
    type: scheduled
    environments:
      production:
        git_repo: /srv/git/shop.git
        app_path: /srv/shop
"""
COMPOSED = "        provider: docker_compose\n"
CONTAINED = "        deployment_type: docker_build\n"
JOB = "        jobs: {{daily: {{schedule: '@daily'{more}}}}}\n"


def said(problems):
    return [f"{problem.line}: {problem.what}" for problem in problems]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (
            COMPOSED + JOB.format(more=""),
            "9: has no service: nobody knows which one of the Compose file runs it",
        ),
        (
            COMPOSED + "        service: [a, b]\n" + JOB.format(more=", service: a"),
            "9: names several services, and a job runs in one of them",
        ),
        (
            JOB.format(more=""),
            "8: has neither script, script_path nor systemd_service: nobody knows what to run",
        ),
        (
            JOB.format(more=", script: a, service: b"),
            "8: belongs to the provider docker_compose: it names a service of a Compose file",
        ),
        (
            CONTAINED + JOB.format(more=", service: b"),
            "9: belongs to the provider docker_compose: it names a service of a Compose file",
        ),
        (
            COMPOSED + "        health_check: {path: /health}\n        service: a\n" + JOB.format(more=""),
            "9: '/health' is relative, and shop/production has neither service.port nor name",
        ),
    ],
)
def test_what_nobody_could_run_is_refused(wrong, more, line):
    assert line in said(wrong(HEAD + more))


def test_the_service_s_own_command_is_enough(load):
    texts = [
        COMPOSED + "        service: a\n" + JOB.format(more=""),
        COMPOSED + JOB.format(more=", service: b"),
        CONTAINED + JOB.format(more=""),
    ]
    found = [load(HEAD + text).get_fraise_environment("shop", "production").jobs[0] for text in texts]
    assert [(job.service, job.command, job.foreign) for job in found] == [
        (None, (), False),
        ("b", (), False),
        (None, (), False),
    ]
