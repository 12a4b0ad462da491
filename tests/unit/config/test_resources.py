"""`resources:` — processors and memory, promised and limited."""

import pytest

from fraisier.config.resources import Memory, Processors, Resources

SERVICE = "service: {command: ./run}\n"


@pytest.mark.feature("SAFE-12")
@pytest.mark.parametrize("key", ["", "target: ", "provider_config: "])
def test_the_documents_own_block_is_understood_wherever_a_provider_may_stand(environment, key):
    found = environment(
        f"{SERVICE}{key}{{resources: {{cpu: {{limit: 2, request: 1}}, memory: {{limit: 2Gi, request: 1Gi}}}}}}"
        if key
        else f"{SERVICE}resources: {{cpu: {{limit: 2, request: 1}}, memory: {{limit: 2Gi, request: 1Gi}}}}"
    )
    assert found.resources == Resources(
        cpu=Processors(limit=2.0, request=1.0), memory=Memory(limit=2 * 2**30, request=2**30)
    )


@pytest.mark.parametrize(
    ("written", "processors"), [("0.5", 0.5), ("500m", 0.5), ("'4'", 4.0), ("1500m", 1.5)]
)
def test_processors_are_written_as_people_do(environment, written, processors):
    assert environment(f"{SERVICE}resources: {{cpu: {{limit: {written}}}}}").resources.cpu.limit == processors


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("cpu: {limit: 0}", "8: must be a number of processors such as 2, 0.5 or 500m, not '0'"),
        ("cpu: {limit: -1}", "8: must be a number of processors such as 2, 0.5 or 500m, not '-1'"),
        ("cpu: {limit: 2Gi}", "8: must be a number of processors such as 2, 0.5 or 500m, not '2Gi'"),
        ("memory: {limit: lots}", "8: must be a size such as 512Mi, 2Gi or 2G, not 'lots'"),
        ("memory: {limit: 2}", "8: must be from 4Mi to 1024Ti, not '2'"),
        ("memory: {max: 2Gi}", "8: unknown key 'max'"),
        (
            "disk: {limit: 50Gi}",
            "8: not supported yet: a limit for disk space; set a quota in the file system",
        ),
        (
            "memory: {limit: 1Gi, request: 2Gi}",
            "8: is more than fraises.shop.environments.production.resources.memory.limit on line 8",
        ),
    ],
)
def test_what_is_wrong_is_named(wrong_keys, keys, said):
    assert wrong_keys(f"{SERVICE}resources: {{{keys}}}") == [said]


def test_who_cannot_hold_a_service_to_limits_is_not_asked_to(wrong_keys):
    limits = "resources: {memory: {limit: 1Gi}}"
    (by_supervisor,) = wrong_keys(f"service: {{command: ./run, manager: supervisor}}\n{limits}")
    assert by_supervisor.endswith("on line 7: supervisor cannot hold a service to limits")
    (own_unit,) = wrong_keys(f"systemd_service: shop\n{limits}")
    assert own_unit.endswith("on line 7: the unit has limits of its own")
