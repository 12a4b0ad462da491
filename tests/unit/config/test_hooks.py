"""`hooks:`: texts are read by a shell, lists are not."""

import pytest

from fraisier.config.hooks import Hook, Hooks

SEED = Hook(command=("sh", "-c", "npm run seed"))


@pytest.mark.parametrize(
    "written",
    [
        "npm run seed",
        "[npm run seed]",
        "{command: npm run seed}",
        "[{command: npm run seed}]",
        "[{Command: npm run seed, on-failure: FAIL, timeout: 10m}]",
        "[[sh, -c, npm run seed]]",
        "{command: [sh, -c, npm run seed]}",
    ],
)
@pytest.mark.parametrize("when", ["pre_deployment", "post_deployment"])
def test_every_spelling_is_the_same_hook(environment, written, when):
    assert environment(f"hooks: {{{when}: {written}}}").hooks == Hooks(**{when: (SEED,)})


def test_order_options_and_shell(environment):
    hooks = environment(
        """
        provider_config:
          hooks:
            pre_deployment:
              - command: "./migrate && echo ${DATABASE_URL:-none} | tee log"
                on_failure: fail
              - [./notify, "a b", "&&"]
            post_deployment:
              - command: ./seed
                on_failure: warn
                timeout: 1h30m
        """
    ).hooks
    assert hooks.pre_deployment == (
        Hook(command=("sh", "-c", "./migrate && echo ${DATABASE_URL:-none} | tee log")),
        Hook(command=("./notify", "a b", "&&")),
    )
    assert hooks.post_deployment == (Hook(command=("sh", "-c", "./seed"), on_failure="warn", timeout=5400.0),)


def test_hooks_of_a_fraise_are_inherited_one_by_one(environment):
    hooks = environment(
        "hooks: {pre_deployment: own}", "hooks: {pre_deployment: above, post_deployment: after}"
    ).hooks
    assert [hook.command[-1] for hook in (*hooks.pre_deployment, *hooks.post_deployment)] == ["own", "after"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("hooks: [a]", "7: must be a mapping"),
        ("hooks: {pre_deploy: a}", "7: unknown key 'pre_deploy' (did you mean pre_deployment"),
        ("hooks: {pre_deployment: }", "7: has no value; it must be a command"),
        ("hooks: {pre_deployment: ' '}", "7: is an empty command"),
        ("hooks: {pre_deployment: [a, [], b]}", "7: is an empty command"),
        ("hooks: {pre_deployment: [{on_failure: warn}]}", "7: names no command"),
        (
            "hooks: {pre_deployment: {command: a, on_failure: ignore}}",
            "7: there is no way to go on after a failure called 'ignore'; it must be one of fail, warn",
        ),
        ("hooks: {pre_deployment: {command: a, timeout: 0}}", "7: must be from 1 seconds to a year"),
        (
            "hooks: {pre_deployment: 'run ${file:/run/key}'}",
            "7: holds a ${file:/run/key} reference, and the shell only knows variables (pass it through env_vars)",
        ),
        (
            "hooks: {pre_deployment: [[run, '${A}']]}",
            "7: holds a ${…} reference, and commands are not resolved",
        ),
    ],
)
def test_what_is_wrong(wrong_keys, written, expected):
    (said,) = wrong_keys(written)
    assert said.startswith(expected)


@pytest.mark.parametrize("text", ["echo ${file:-x}", "echo ${file:=x}", "echo ${A} ${A:-b} $A"])
def test_variables_of_the_shell_may_be_called_like_sources(environment, text):
    assert environment(f"hooks: {{pre_deployment: '{text}'}}").hooks.pre_deployment[0].command[-1] == text
