"""When an answer is due: in hours in which people are there, also where the clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kb.contact_settings import DAYS, Hours, Opening
from kb.hours import due, is_open, next_opening

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Asia/Tokyo")


def office(hours: float | None = 4, **changes: object) -> Hours:
    settings = {"time_zone": "Europe/Berlin", "open": (Opening(),), "answer_hours": hours}
    return Hours.model_validate({**settings, **changes})


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-05-04T09:00", "2026-05-04T13:00"),  # a Monday
        ("2026-05-04T06:00", "2026-05-04T13:00"),
        ("2026-05-04T13:00", "2026-05-04T17:00"),
        ("2026-05-04T15:30", "2026-05-05T11:30"),
        ("2026-05-04T17:00", "2026-05-05T13:00"),
        ("2026-05-08T16:00", "2026-05-11T12:00"),  # over the weekend
        ("2026-05-09T12:00", "2026-05-11T13:00"),
    ],
)
def test_an_answer_is_due_after_so_many_working_hours(sent: str, expected: str) -> None:
    assert due(berlin(sent), office()) == berlin(expected)


def test_a_holiday_counts_no_hours() -> None:
    closed = office(holidays=(dt.date(2026, 5, 5), dt.date(2026, 5, 6)))
    assert due(berlin("2026-05-04T16:00"), closed) == berlin("2026-05-07T12:00")


def test_the_hours_are_those_of_the_office_wherever_the_customer_is() -> None:
    sent = dt.datetime(2026, 5, 4, 1, tzinfo=ZoneInfo("America/New_York"))  # 7:00 in Berlin
    assert due(sent, office()) == berlin("2026-05-04T13:00")


def test_nothing_is_promised_where_nothing_is_said() -> None:
    assert due(berlin("2026-05-04T09:00"), office(None)) is None


def test_nothing_is_promised_by_those_who_never_open() -> None:
    closed = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(1500)]
    assert due(berlin("2026-05-04T09:00"), office(holidays=closed)) is None
    assert next_opening(berlin("2026-05-04T09:00"), Hours()) is None
    assert not is_open(berlin("2026-05-04T09:00"), Hours())


def test_a_day_may_have_a_break_and_hours_may_overlap() -> None:
    two = (
        Opening(opens=dt.time(9), closes=dt.time(12)),
        Opening(opens=dt.time(11), closes=dt.time(13)),
        Opening(opens=dt.time(14), closes=dt.time(16)),
    )
    assert due(berlin("2026-05-04T09:00"), office(5, open=two)) == berlin("2026-05-04T15:00")


def test_round_the_clock_nights_count_as_they_are_also_when_the_clocks_change() -> None:
    always = office(24, open=(Opening(days=DAYS, opens=dt.time(), closes=dt.time()),))
    for day in ("2026-03-28", "2026-10-24", "2026-06-01"):  # before 23 h, 25 h and 24 h
        sent = berlin(f"{day}T12:00").astimezone(dt.UTC)
        assert due(sent, always) == sent + dt.timedelta(hours=24)


def test_hours_that_the_clocks_jump_over_are_not_there() -> None:
    night = (Opening(days=DAYS, opens=dt.time(2), closes=dt.time(3)),)
    spring = berlin("2026-03-29T00:00")  # at two it becomes three
    assert due(spring, office(1, open=night)) == berlin("2026-03-30T03:00")
    autumn = berlin("2026-10-25T00:00")  # from two to three twice: the first two, the only three
    assert due(autumn, office(2, open=night)) == berlin("2026-10-25T03:00")


def test_open_and_next_opening() -> None:
    assert is_open(berlin("2026-05-04T09:00"), office())
    assert not is_open(berlin("2026-05-04T17:00"), office())
    assert next_opening(berlin("2026-05-08T18:00"), office()) == berlin("2026-05-11T09:00")
    assert next_opening(berlin("2026-05-08T10:00"), office()) == berlin("2026-05-08T10:00")


times = st.integers(0, 1439).map(lambda minutes: dt.time(*divmod(minutes, 60)))


@st.composite
def openings(draw: st.DrawFn) -> Opening:
    opens, closes = draw(times), draw(times)
    assume(opens < closes or closes == dt.time())
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True))
    return Opening(days=tuple(days), opens=opens, closes=closes)


offices = st.builds(
    Hours,
    time_zone=st.sampled_from(ZONES),
    open=st.lists(openings(), min_size=1, max_size=3).map(tuple),
    holidays=st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), max_size=5).map(tuple),
    answer_hours=st.integers(1, 60),
)
moments = st.datetimes(
    dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)
).map(lambda one: one.replace(second=0, microsecond=0))


def counted(since: dt.datetime, until: dt.datetime, hours: Hours) -> int:
    """Minutes that are open, by looking at each: what due() must agree with."""
    minutes = int((until - since).total_seconds() // 60)
    return sum(_open_at(since + dt.timedelta(minutes=n), hours) for n in range(minutes))


def _open_at(moment: dt.datetime, hours: Hours) -> bool:
    local = moment.astimezone(ZoneInfo(hours.time_zone))
    time = local.time().replace(fold=0)
    return local.date() not in hours.holidays and any(
        DAYS[local.weekday()] in one.days
        and one.opens <= time
        and (time < one.closes or one.closes == dt.time())
        for one in hours.open
    )


@given(moments, offices)
def test_exactly_as_many_open_minutes_pass_as_are_promised(sent: dt.datetime, hours: Hours) -> None:
    answer = due(sent, hours)
    assume(answer is not None and answer - sent < dt.timedelta(days=21))
    assert answer is not None
    changes = {
        (sent + dt.timedelta(days=n)).astimezone(ZoneInfo(hours.time_zone)).utcoffset()
        for n in range((answer - sent).days + 3)
    }
    assume(len(changes) == 1)  # which of two two o'clocks is open is a matter of its own test
    assert hours.answer_hours
    assert counted(sent, answer, hours) == hours.answer_hours * 60


@given(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=10)), offices)
def test_who_writes_later_is_not_answered_earlier(
    sent: dt.datetime, later: dt.timedelta, hours: Hours
) -> None:
    first, second = due(sent, hours), due(sent + later, hours)
    assume(first is not None and second is not None)
    assert first is not None
    assert second is not None
    assert sent <= first <= second
    assert first.utcoffset() == dt.timedelta(0)
