"""cron's schedules as calendar events: what they say, and what systemd itself makes of them."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fraisier.config.cron import DAYS, BadSchedule, on_calendar

CASES = {
    "0 2 * * *": ["*-*-* 02:00:00"],
    "0 */6 * * *": ["*-*-* 00,06,12,18:00:00"],
    "* * * * *": ["*-*-* *:*:00"],
    "*/15 * * * *": ["*-*-* *:00,15,30,45:00"],
    "*/7 * * * *": ["*-*-* *:00,07,14,21,28,35,42,49,56:00"],
    "5 4 * * sun": ["Sun *-*-* 04:05:00"],
    "5 4 * * 7": ["Sun *-*-* 04:05:00"],
    "5 4 * * 0,7": ["Sun *-*-* 04:05:00"],
    "30 6 * * 1-5": ["Mon,Tue,Wed,Thu,Fri *-*-* 06:30:00"],
    "30 6 * * MON-fri": ["Mon,Tue,Wed,Thu,Fri *-*-* 06:30:00"],
    "0 0 * * 5-7": ["Sun,Fri,Sat *-*-* 00:00:00"],
    "0 0 * * */2": ["Sun,Tue,Thu,Sat *-*-* 00:00:00"],
    "0 0 1 * *": ["*-*-01 00:00:00"],
    "0 0 1,15 * *": ["*-*-01,15 00:00:00"],
    "0 0 1,15 * 1": ["*-*-01,15 00:00:00", "Mon *-*-* 00:00:00"],
    "0 0 */2 * 1": ["Mon *-*-01,03,05,07,09,11,13,15,17,19,21,23,25,27,29,31 00:00:00"],
    "0 12 * jan,Jul *": ["*-01,07-* 12:00:00"],
    "0 12 * 3-12/3 *": ["*-03,06,09,12-* 12:00:00"],
    "10-20/5 9-17 * * *": ["*-*-* 09,10,11,12,13,14,15,16,17:10,15,20:00"],
    "50/5 * * * *": ["*-*-* *:50,55:00"],
    "0 0 29 2 *": ["*-02-29 00:00:00"],
    "0 0 31 2 1": ["*-02-31 00:00:00", "Mon *-02-* 00:00:00"],
    "  0   2 *\t* * ": ["*-*-* 02:00:00"],
    "@daily": ["*-*-* 00:00:00"],
    "@Hourly": ["*-*-* *:00:00"],
    "@weekly": ["Sun *-*-* 00:00:00"],
    "@monthly": ["*-*-01 00:00:00"],
    "@yearly": ["*-01-01 00:00:00"],
}
WRONG = {
    "": "needs five fields",
    "0 2 * *": "needs five fields (minute hour day month weekday) and has 4",
    "0 2 * * * *": "and has 6",
    "60 2 * * *": "'60' is no minute: 0-59",
    "0 24 * * *": "'24' is no hour",
    "0 0 0 * *": "'0' is no day of the month",
    "0 0 * 13 *": "'13' is no month: 1-12 or jan-dec",
    "0 0 * * 8": "'8' is no day of the week: 0-7 or sun-sat",
    "0 0 * * monday": "'monday' is no day of the week",
    "*/0 * * * *": "'0' is no step",
    "*/x * * * *": "'x' is no step",
    "20-10 * * * *": "'20-10' goes backwards",
    "0 0 * * fri-sun": "'fri-sun' goes backwards",
    "0,,5 * * * *": "'' is no minute",
    "-5 * * * *": "'' is no minute",
    "² * * * *": "is no minute",
    "0 0 30 2 *": "never happens",
    "0 0 31 4,6 *": "never happens",
    "@reboot": "no time of a calendar",
    "@never": "needs five fields",
    "H 2 * * *": "'H' is no minute",
}


@pytest.mark.parametrize(("schedule", "events"), CASES.items(), ids=CASES)
def test_what_systemd_is_told(schedule, events):
    assert list(on_calendar(schedule)) == events


@pytest.mark.parametrize(("schedule", "says"), WRONG.items(), ids=WRONG)
def test_what_is_no_schedule_is_named(schedule, says):
    with pytest.raises(BadSchedule) as wrong:
        on_calendar(schedule)
    assert says in str(wrong.value)


def test_a_zone_of_its_own():
    assert on_calendar("0 2 * * *", "Europe/Paris") == ("*-*-* 02:00:00 Europe/Paris",)


def field(low, high):
    number = st.integers(low, high)
    span = st.tuples(number, number).map(sorted).map("{0[0]}-{0[1]}".format)
    stepped = st.tuples(st.one_of(st.just("*"), span), st.integers(1, high)).map("{0[0]}/{0[1]}".format)
    one = st.one_of(number.map(str), span, stepped)
    return st.one_of(st.just("*"), st.lists(one, min_size=1, max_size=3).map(",".join))


FIRST = datetime(2024, 1, 1, tzinfo=UTC)
SCHEDULES = st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7)).map(" ".join)


def runs(schedule, moment):
    """Whether cron runs at this minute: crontab(5), said again in another way."""

    def fits(text, value):
        for item in text.split(","):
            span, _, step = item.partition("/")
            low, _, high = span.partition("-")
            first = 0 if low == "*" else int(low)
            start = first if low != "*" else {"d": 1}.get(kind, 0)
            last = 99 if low == "*" or (step and not high) else int(high or low)
            if first <= value <= last and (value - start) % int(step or 1) == 0:
                return True
        return False

    minute, hour, day, month, week = schedule.split()
    kind = ""
    clock = fits(minute, moment.minute) and fits(hour, moment.hour)
    weekday = moment.isoweekday() % 7
    by_week = fits(week, weekday) or (weekday == 0 and fits(week, 7))
    kind = "d"
    by_day, by_month = fits(day, moment.day), fits(month, moment.month)
    either = by_day or by_week if "*" not in (day[0], week[0]) else by_day and by_week
    return clock and by_month and either


def happens(event, moment):
    """Whether a calendar event of the shape that is written here happens at this minute."""
    *weekdays, date, clock = event.split()
    (_, month, day), (hour, minute, _) = date.split("-"), clock.split(":")
    pairs = ((month, moment.month), (day, moment.day), (hour, moment.hour), (minute, moment.minute))
    fits = all(text == "*" or value in map(int, text.split(",")) for text, value in pairs)
    return fits and (not weekdays or DAYS[moment.isoweekday() % 7] in weekdays[0].split(","))


@settings(max_examples=300, deadline=None)
@given(SCHEDULES, st.integers(0, 5 * 366 * 24 * 60))
def test_both_happen_at_the_same_minutes(schedule, start):
    try:
        events = on_calendar(schedule)
    except BadSchedule:
        assume(False)
    moments = [FIRST + timedelta(minutes=start + 37 * n) for n in range(200)]
    assert [runs(schedule, one) for one in moments] == [
        any(happens(event, one) for event in events) for one in moments
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_understands_every_one_of_them():
    events = [event for zone in (None, "Europe/Paris") for text in CASES for event in on_calendar(text, zone)]
    done = subprocess.run(
        ["systemd-analyze", "calendar", *events], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Normalized form") == len(events)
