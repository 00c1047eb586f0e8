"""Who is told of a step, and when: in the step's own transaction, each person once, never at night."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.model import (
    ActionEventKind,
    CorrectiveAction,
    Notification,
    NotificationChannel,
    Person,
    Role,
    SupportAnswer,
    SupportRequest,
)
from okr_engine.services.action_records import event_of, record
from okr_engine.services.action_steps import assign
from okr_engine.services.support_requests import ask_for_support
from okr_engine.services.telling_hours import TellingHours
from tests.services.escalating import history, is_away, leaves
from tests.services.small_county import (
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    LEADERSHIP,
    NOW,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    SmallCounty,
)

Kind = ActionEventKind


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    """The county with a channel to its people."""
    county = SmallCounty.laid_out(memory_engine)
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(NotificationChannel(code="mail", channel="smtp"))
    return county


def happen(county: SmallCounty, kind: ActionEventKind, data: Mapping[str, Any], *, by: str = OPERATOR.code) -> None:
    """Let it happen to the county's first action, whatever its state."""
    with writing(county.engine, actor=by, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == "CA-2025-Q2-1")).one()
        record(session, [event_of(session, action.id, 50, kind, dict(data))])


def told(county: SmallCounty) -> list[str]:
    return sorted(county.rows(select(Person.code).join(Notification)))


@pytest.mark.parametrize("kind", [Kind.NOTIFIED, Kind.REMINDED, Kind.ESCALATED])
def test_whoever_is_asked_is_told_at_once_the_responsible_no_later_than_those_above(
    county: SmallCounty, kind: ActionEventKind
) -> None:
    happen(county, kind, {"asked": [SPONSOR]})

    assert county.rows(select(Notification.due_at)) == [NOW]


@pytest.mark.parametrize("kind", [Kind.NOTIFIED, Kind.REMINDED, Kind.ESCALATED])
def test_whoever_is_asked_is_told(county: SmallCounty, kind: ActionEventKind) -> None:
    happen(county, kind, {"asked": [SPONSOR, LEADERSHIP, "somebody-who-left"]})

    assert told(county) == [LEADERSHIP, SPONSOR]


def test_a_person_who_is_asked_twice_is_told_once(county: SmallCounty) -> None:
    happen(county, Kind.NOTIFIED, {"asked": [SPONSOR, SPONSOR]})

    assert told(county) == [SPONSOR]


def test_whoever_is_given_an_action_is_told(county: SmallCounty) -> None:
    assign_to(county, SPONSOR)

    assert told(county) == [SPONSOR]


def test_where_whoever_is_given_it_is_away_the_next_in_the_chain_is_told_and_it_is_on_record_why(
    county: SmallCounty,
) -> None:
    is_away(county, SPONSOR)

    assign_to(county, SPONSOR)

    assert told(county) == [FIRST_LINE_OWNER]
    assert [one["key"] for one in history(county)[-1].data["because"]] == ["asking.away"]


def test_a_role_is_asked_for_support_through_whoever_holds_it(county: SmallCounty) -> None:
    ask_sponsor_for_support(county)

    assert told(county) == [SPONSOR]


@pytest.mark.parametrize("goes", [is_away, partial(leaves, last_day=date(2025, 7, 14))])
def test_a_call_for_support_reaches_somebody_though_nobody_is_in_the_role(
    county: SmallCounty, goes: Callable[[SmallCounty, str], None]
) -> None:
    goes(county, SPONSOR)

    ask_sponsor_for_support(county)

    assert told(county) == [LEADERSHIP]


def test_the_deputy_is_told_while_the_holder_is_away(county: SmallCounty) -> None:
    is_away(county, FIRST_LINE_OWNER)

    happen(county, Kind.REOPENED, {"reason": "Hankinta peruuntui"})

    assert told(county) == [FIRST_LINE_DEPUTY]


def test_everybody_in_the_chain_is_told_that_a_red_is_accepted(county: SmallCounty) -> None:
    happen(county, Kind.DISMISSED, {"reason": "Hankinta ratkaisee asian"})

    assert told(county) == [FIRST_LINE_OWNER, LEADERSHIP, SPONSOR]


def assign_to(county: SmallCounty, person: str) -> None:
    due = TODAY + timedelta(days=9)
    county.act(LEADERSHIP, assign, "CA-2025-Q2-1", version=1, role=None, person=person, due=due)


def ask_sponsor_for_support(county: SmallCounty) -> None:
    asked: dict[str, Any] = {"need": "Kaksi hoitajaa", "role": "sponsor", "by": date(2025, 8, 1)}
    county.act(FIRST_LINE_OWNER, ask_for_support, "CA-2025-Q2-1", version=1, **asked)


def test_whoever_asked_for_support_is_told_of_the_answer(county: SmallCounty) -> None:
    with writing(county.engine, actor=LEADERSHIP, now=NOW) as session:
        action = session.exec(select(CorrectiveAction.id).where(CorrectiveAction.code == "CA-2025-Q2-1")).one()
        role = session.exec(select(Role.id).where(Role.code == "leadership")).one()
        asked = SupportRequest(
            action_id=action,
            number=1,
            need="Kaksi hoitajaa",
            role_id=role,
            by=TODAY,
            asked_at=NOW,
            asked_by=FIRST_LINE_OWNER,
            answer=SupportAnswer.GIVEN,
            answered_at=NOW,
            answered_by=LEADERSHIP,
        )
        session.add(asked)

    happen(county, Kind.SUPPORT_ANSWERED, {"text": "Saat hoitajat"}, by=LEADERSHIP)

    assert told(county) == [FIRST_LINE_OWNER]


@pytest.mark.parametrize("kind", [Kind.INEFFECTIVE, Kind.REOPENED, Kind.TASK_GONE])
def test_the_responsible_and_the_accountable_are_told_that_it_begins_again(
    county: SmallCounty, kind: ActionEventKind
) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == "CA-2025-Q2-1")).one()
        action.assigned_person_id = session.exec(select(Person.id).where(Person.code == STRATEGY_OFFICE)).one()

    happen(county, kind, {})

    assert told(county) == [FIRST_LINE_OWNER, STRATEGY_OFFICE]


def test_nobody_is_told_what_they_have_done_themselves(county: SmallCounty) -> None:
    happen(county, Kind.ASSIGNED, {"asked": [SPONSOR]}, by=SPONSOR)

    assert told(county) == []


def test_what_concerns_nobody_else_is_told_to_nobody(county: SmallCounty) -> None:
    happen(county, Kind.COMMENTED, {"text": "Odotetaan tilastoa", "asked": [SPONSOR]})

    assert told(county) == []


def test_a_step_that_is_rolled_back_is_told_to_nobody(county: SmallCounty) -> None:
    with pytest.raises(ZeroDivisionError), writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction)).first()
        assert action is not None
        record(session, [event_of(session, action.id, 50, Kind.NOTIFIED, {"asked": [SPONSOR]})])
        raise ZeroDivisionError

    assert told(county) == []


def test_where_no_channel_is_connected_nothing_is_kept_for_later(memory_engine: Engine) -> None:
    county = SmallCounty.laid_out(memory_engine)

    happen(county, Kind.NOTIFIED, {"asked": [SPONSOR]})

    assert told(county) == []


HOURS = TellingHours()


def helsinki(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of July 2025, when Helsinki is three hours ahead; the 14th is a Monday."""
    return datetime(2025, 7, day, hour - 3, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "urgent", "then"),
    [
        (helsinki(15, 12), True, helsinki(15, 12)),
        (helsinki(15, 21), True, helsinki(16, 7)),
        (helsinki(15, 5), True, helsinki(15, 7)),
        (helsinki(18, 20), True, helsinki(21, 7)),
        (helsinki(19, 12), True, helsinki(21, 7)),
        (helsinki(15, 7, 59), False, helsinki(15, 8)),
        (helsinki(15, 8), False, helsinki(15, 8)),
        (helsinki(15, 8, 1), False, helsinki(16, 8)),
        (helsinki(18, 9), False, helsinki(21, 8)),
    ],
)
def test_people_are_told_on_working_days_outside_quiet_hours(now: datetime, urgent: bool, then: datetime) -> None:
    assert HOURS.next_moment(now, urgent=urgent) == then


def test_a_holiday_is_no_day_to_be_told_on() -> None:
    midsummer_eve = datetime(2025, 6, 20, 9, tzinfo=UTC)

    assert HOURS.next_moment(midsummer_eve, urgent=True).date() == date(2025, 6, 23)


def test_quiet_hours_within_one_day_are_quiet_too() -> None:
    noon_break = TellingHours(quiet_from=time(11), quiet_to=time(13))

    assert noon_break.next_moment(helsinki(15, 12), urgent=True) == helsinki(15, 13)
    assert noon_break.next_moment(helsinki(15, 22), urgent=True) == helsinki(15, 22)


def test_eight_in_the_morning_stays_eight_in_winter() -> None:
    winter = datetime(2025, 1, 15, 5, 0, tzinfo=UTC)

    assert HOURS.next_moment(winter, urgent=False) == datetime(2025, 1, 15, 6, 0, tzinfo=UTC)
