"""How corrective actions fare: each figure says of how many, and only of actions that one may read."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import reading, writing
from okr_engine.model import ActionEvent, ActionEventKind, ActionState, CorrectiveAction
from okr_engine.services.action_metrics import ActionMetrics, Rate, action_metrics
from tests.services.checked_county import CODE, the_action
from tests.services.small_county import NOW, OUTSIDER, TODAY, VIEWER, SmallCounty
from tests.services.test_query_counts import counted

_Kind = ActionEventKind


def happened(county: SmallCounty, days: int, kind: ActionEventKind, code: str = CODE, **data: Any) -> None:
    """Enter on the action's history that something happened so many days after it was raised."""
    with writing(county.engine, actor="test", now=NOW + timedelta(days=days)) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == code)).one()
        number = len(session.exec(select(ActionEvent).where(ActionEvent.action_id == action.id)).all()) + 1
        at = NOW + timedelta(days=days)
        session.add(ActionEvent(action_id=action.id, number=number, at=at, actor="test", kind=kind, data=data))


def another(county: SmallCounty, code: str, *, days: int) -> None:
    """Raise another action on the same key result, closed already."""
    with writing(county.engine, actor="test", now=NOW + timedelta(days=days)) as session:
        same = {name: getattr(the_action(session), name) for name in CorrectiveAction.model_fields}
        closed = {"state": ActionState.DISMISSED, "closed_at": NOW, "clock_at": None}
        session.add(CorrectiveAction(**same | closed | {"id": uuid4(), "code": code}))
    happened(county, days, _Kind.RAISED, code)


def metrics(county: SmallCounty, *, days: int = 0) -> ActionMetrics:
    return county.see(VIEWER, action_metrics, today=TODAY + timedelta(days=days))


def test_the_time_to_acknowledge_is_the_median_of_those_acknowledged(small_county: SmallCounty) -> None:
    another(small_county, "B", days=0)
    another(small_county, "C", days=0)
    happened(small_county, 1, _Kind.ACKNOWLEDGED)
    happened(small_county, 3, _Kind.ACKNOWLEDGED, "B")

    found = metrics(small_county)

    assert (found.actions, found.acknowledged, found.to_acknowledge) == (3, 2, timedelta(days=2))


def test_an_action_is_on_time_by_the_day_it_was_due_when_it_was_done(small_county: SmallCounty) -> None:
    another(small_county, "B", days=0)
    day = (TODAY + timedelta(days=20)).isoformat()
    happened(small_county, 5, _Kind.EXTENDED, "B", due=day, reason="Loma")
    happened(small_county, 40, _Kind.DONE)
    happened(small_county, 41, _Kind.ASSIGNED, due=(TODAY + timedelta(days=60)).isoformat())
    happened(small_county, 20, _Kind.DONE, "B")

    found = metrics(small_county)

    assert found.on_time == Rate(1, 2)
    assert (found.extensions, found.extended) == (1, Rate(1, 2))


def test_rounds_that_did_not_help_lower_the_effectiveness(small_county: SmallCounty) -> None:
    for days, kind in ((1, _Kind.INEFFECTIVE), (2, _Kind.VERIFIED), (3, _Kind.REOPENED), (4, _Kind.VERIFIED)):
        happened(small_county, days, kind)

    assert metrics(small_county).effective == Rate(2, 3)


@pytest.mark.parametrize(
    ("raised_after", "seen_after", "recurred"),
    [(80, 81, Rate(1, 1)), (91, 100, Rate(0, 1)), (None, 89, Rate(0, 0)), (None, 90, Rate(0, 1))],
)
def test_a_recurrence_counts_within_ninety_days_and_none_is_claimed_before(
    small_county: SmallCounty, raised_after: int | None, seen_after: int, recurred: Rate
) -> None:
    happened(small_county, 0, _Kind.VERIFIED)
    if raised_after:
        another(small_county, "B", days=raised_after)

    assert metrics(small_county, days=seen_after).recurred == recurred


def test_escalations_are_counted_by_level_and_dismissals_by_action(small_county: SmallCounty) -> None:
    for level in (1, 2, 1):
        happened(small_county, level, _Kind.ESCALATED, level=level)
    happened(small_county, 4, _Kind.DISMISSED, reason="Riski hyväksytty")

    found = metrics(small_county)

    assert (found.escalations, found.dismissed) == ({1: 2, 2: 1}, Rate(1, 1))


def test_nothing_is_said_of_actions_that_one_may_not_read(small_county: SmallCounty) -> None:
    found = small_county.see(OUTSIDER, action_metrics, today=TODAY)

    assert (found.actions, found.to_acknowledge, found.on_time.percent) == (0, None, None)


def test_the_figures_ask_the_database_as_often_for_thirty_actions_as_for_one(small_county: SmallCounty) -> None:
    with reading(small_county.engine) as session, counted(small_county.engine) as for_one:
        action_metrics(session, OPERATOR, today=TODAY)
    for number in range(29):
        another(small_county, f"N{number}", days=1)

    with reading(small_county.engine) as session, counted(small_county.engine) as for_thirty:
        assert action_metrics(session, OPERATOR, today=TODAY).actions == 30

    assert len(for_thirty) == len(for_one)
