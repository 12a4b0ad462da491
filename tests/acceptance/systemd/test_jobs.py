"""Jobs as timers of systemd: what was asked for is what runs, and its result comes back."""

import json

import pytest

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]
NOTE = '#!/bin/sh\necho "$1 $(cat label) $FRAISIER_JOB" >> "$LEDGER"\n'


@pytest.fixture
def yard(shop):
    """A shop that has jobs instead of a service."""
    shop.ledger = shop.root / "ledger"
    shop.ledger.touch()

    def configure(jobs):
        environment = shop.environment(service=None, health_check=None, jobs=jobs)
        environment["env_vars"] = {"LEDGER": str(shop.ledger)}
        fraise = {"type": "scheduled", "environments": {"production": environment}}
        shop.write_config({"fraises": {"shop": fraise}})

    shop.jobs = configure
    return shop


def commit(shop, text=NOTE, mode=0o755):
    path = shop.repository.work / "note.sh"
    path.write_text(text)
    path.chmod(mode)
    return shop.commit()


def timers(shop):
    """What systemd has of this shop: the calendar of every active timer by its job."""
    found = {}
    for path in shop.outside(shop_units()).glob("fraisier-*.timer"):
        if str(shop.config) in path.with_suffix(".service").read_text():
            shown = shop.systemctl("show", "--property=ActiveState,TimersCalendar", "--", path.name)
            found[path.name] = shown
    return found


def shop_units():
    from tests.support.host_shop import UNITS

    return UNITS


@pytest.mark.feature("TYP-03", "CFG-23")
def test_schedules_become_timers_that_run_the_job_and_record_it(yard):
    yard.jobs(
        {
            "every": {"schedule": "* * * * *", "script": "./note.sh every"},
            "daily": {
                "schedule": "0 2 * * *",
                "timezone": "Europe/Paris",
                "script": "./note.sh daily",
                "depends_on": "every",
            },
        }
    )
    first = commit(yard)
    answer = yard.deploy()
    assert answer["status"] == "success", json.dumps(answer, indent=1)
    found = timers(yard)
    assert len(found) == 2
    assert all("ActiveState=active" in shown for shown in found.values())
    assert any("OnCalendar=*-*-* 02:00:00 Europe/Paris" in shown for shown in found.values())
    [unit] = [name for name, shown in found.items() if "02:00:00" not in shown]
    verified = yard.host.run("systemd-analyze", "verify", f"{shop_units()}/{unit}")
    assert verified.returncode == 0, verified.stderr
    service = yard.systemctl("show", "--value", "--property=Unit", "--", unit)
    yard.systemctl("start", service)
    assert "every v1 every" in yard.ledger.read_text()
    recorded = "SELECT status, triggered_by, new_version FROM tb_deployment WHERE job = 'every'"
    [row, *_] = yard.rows(recorded)
    assert row == {"status": "success", "triggered_by": "scheduled", "new_version": first}
    assert yard.status()["observed"]["running"] is True
    back_to = found
    yard.jobs({"daily": {"schedule": "30 4 * * 1-5", "script": "./note.sh daily"}})
    commit(yard)
    assert yard.deploy()["status"] == "success"
    [shown] = timers(yard).values()
    assert "OnCalendar=Mon..Fri *-*-* 04:30:00" in shown
    commit(yard, mode=0o644)
    broken = yard.deploy()
    assert broken["status"] == "rolled_back"
    assert "no program that can be run" in broken["error"]["message"]
    [shown] = timers(yard).values()
    assert "04:30:00" in shown
    assert yard.rollback("production", "--to", first)["status"] == "success"
    assert timers(yard).keys() != back_to.keys()


@pytest.mark.feature("CFG-23")
def test_a_unit_of_the_users_own_is_used_and_never_written(yard):
    yard.own_unit("stats.service", f"[Service]\nType=oneshot\nExecStart=/bin/touch {yard.root}/stats\n")
    yard.own_unit("taken.timer", "[Timer]\nOnCalendar=*-*-* 05:00:00\nUnit=stats.service\n")
    jobs = {
        "stats": {
            "schedule": "0 3 * * *",
            "systemd_service": "stats.service",
            "systemd_timer": "shop-stats.timer",
        }
    }
    yard.jobs(jobs)
    commit(yard)
    assert yard.deploy()["status"] == "success"
    shown = yard.systemctl("show", "--property=Unit,TimersCalendar", "--", "shop-stats.timer")
    assert "Unit=stats.service" in shown
    assert "03:00:00" in shown
    assert yard.run("job", "run", "shop", "production", "stats").exit_code == 2
    jobs["stats"]["systemd_timer"] = "taken.timer"
    yard.jobs(jobs)
    commit(yard)
    answer = yard.deploy()
    assert answer["status"] == "rolled_back"
    assert "taken.timer" in answer["error"]["message"]
    assert "was not written by Fraisier" in answer["error"]["message"]
    assert "05:00:00" in yard.outside(shop_units() / "taken.timer").read_text()
    assert "03:00:00" in yard.systemctl("show", "--property=TimersCalendar", "--", "shop-stats.timer")
    yard.systemctl("disable", "--now", "--quiet", "shop-stats.timer")
