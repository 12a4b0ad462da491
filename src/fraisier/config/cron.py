"""Schedules in cron's form, see crontab(5), as calendar events of systemd, see systemd.time(7). Pure.

Every field becomes an explicit list, so both mean exactly the same. Where day of month and day of week are both
restricted cron runs on either, and systemd on both: that takes two calendar events.
"""

from __future__ import annotations

from typing import Final

import msgspec

DAYS: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NICKNAMES: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class BadSchedule(ValueError):
    """What is wrong with a schedule, in one sentence."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One of the five fields: its bounds, and names that stand for numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text.lower() in self.names:
            return self.low + self.names.index(text.lower())
        if not (text.isascii() and text.isdecimal() and self.low <= int(text) <= self.high):
            known = f"{self.low}-{self.high}" + (
                f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
            )
            raise BadSchedule(f"{text!r} is no {self.name}: {known}")
        return int(text)


MINUTE: Final = Part(name="minute", low=0, high=59)
HOUR: Final = Part(name="hour", low=0, high=23)
DAY: Final = Part(name="day of the month", low=1, high=31)
MONTH: Final = Part(name="month", low=1, high=12, names=MONTHS)
WEEKDAY: Final = Part(name="day of the week", low=0, high=7, names=tuple(day.lower() for day in DAYS))
PARTS: Final = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)


def on_calendar(schedule: str, timezone: str | None = None) -> tuple[str, ...]:
    """The `OnCalendar=` values of one schedule; without `timezone` it is the machine's.

    Raises `BadSchedule`.
    """
    words = NICKNAMES.get(schedule.strip().lower(), schedule).split()
    if words and words[0].lower() == "@reboot":
        raise BadSchedule(
            "@reboot is no time of a calendar; a service of type worker starts with the machine"
        )
    if len(words) != len(PARTS):
        raise BadSchedule(f"needs five fields (minute hour day month weekday) and has {len(words)}")
    minutes, hours, days, months, weekdays = map(_values, PARTS, words)
    weekdays = tuple(sorted({day % 7 for day in weekdays}))
    _refuse_never(words[2], days, months, words[4])
    clock = f"{_list(hours, HOUR)}:{_list(minutes, MINUTE)}:00" + (f" {timezone}" if timezone else "")
    month = _list(months, MONTH)
    by_day = f"*-{month}-{_list(days, DAY)} {clock}"
    week = "" if len(weekdays) == len(DAYS) else ",".join(DAYS[day] for day in weekdays) + " "
    if words[2].startswith("*") or words[4].startswith("*"):
        return (f"{week}{by_day}",)
    return (by_day, f"{week}*-{month}-* {clock}")


def _values(part: Part, text: str) -> tuple[int, ...]:
    return tuple(sorted({number for item in text.split(",") for number in _item(part, item)}))


def _item(part: Part, text: str) -> range:
    """`*`, `5`, `1-5`, and each with `/step`."""
    span, slash, step = text.partition("/")
    if slash and not (step.isascii() and step.isdecimal() and int(step)):
        raise BadSchedule(f"{step!r} is no step: a whole number from 1")
    first, dash, last = span.partition("-")
    if span == "*":
        low, high = part.low, part.high
    elif dash:
        low, high = part.number(first), part.number(last)
    else:
        low = part.number(span)
        high = part.high if slash else low
    if low > high:
        raise BadSchedule(f"{span!r} goes backwards")
    return range(low, high + 1, int(step) if slash else 1)


def _refuse_never(written: str, days: tuple[int, ...], months: tuple[int, ...], weekday: str) -> None:
    """The 30th of February."""
    never = min(days) > max(LONGEST[month - 1] for month in months)
    if never and (written.startswith("*") or weekday.startswith("*")):
        raise BadSchedule("never happens: none of these months has such a day")


def _list(values: tuple[int, ...], part: Part) -> str:
    if len(values) == part.high - part.low + 1:
        return "*"
    return ",".join(f"{value:02d}" for value in values)
