"""The small county with a long past of promises kept, and its action on them planned, done and ready to be judged."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, select

from okr_engine.database import writing
from okr_engine.model import (
    ActionEventKind,
    ActionPlan,
    CorrectiveAction,
    Criterion,
    EffectCheck,
    KeyResult,
    Measurement,
    RootCauseMethod,
)
from okr_engine.periods import Period
from okr_engine.services.action_records import take_step
from okr_engine.services.effect_checks import register_effect_check
from tests.services.small_county import FIRST_LINE_OWNER, NOW, SmallCounty

CODE = "CA-2025-Q2-1"
PAST = ("90", "92", "89", "91", "90.5", "91.5", "89.5", "92.5")
BETTER = ("97", "96", "98")
OCTOBER = date(2025, 10, 1)
JULY = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
"""When three quarters after the action are known."""

NEXT_JULY = datetime(2027, 7, 20, 9, 0, tzinfo=UTC)

BEFORE_IT = tuple(Period.parse("2025-Q1").shifted(-back) for back in range(len(PAST), 0, -1))
AFTER_IT = tuple(Period.parse("2025-Q4").shifted(later) for later in range(6))


def checked_county(county: SmallCounty, *, past: tuple[str, ...] = PAST) -> SmallCounty:
    """The county whose promises were kept as `past` says, quarter by quarter until the first of 2025."""
    tell(county, dict(zip(BEFORE_IT[-len(past) :] if past else (), past, strict=True)))
    return county


def tell(county: SmallCounty, figures: Mapping[Period, str], *, now: datetime = NOW, **more: Any) -> None:
    """Record promises kept."""
    with writing(county.engine, actor="test", now=now) as session:
        key_result = session.exec(select(KeyResult).where(KeyResult.code == "A1.1")).one()
        for period, value in figures.items():
            session.add(
                Measurement(
                    indicator_id=key_result.indicator_id,
                    unit_id=key_result.unit_id,
                    period=period,
                    period_start=period.start,
                    value=Decimal(value),
                    recorded_at=now,
                    recorded_by="test",
                    source="file:past.xlsx",
                    **more,
                )
            )


def plan(
    *, expected: str = "5", readings: int = 3, counts_from: date = OCTOBER, indicator: str = "promise"
) -> ActionPlan:
    """What is done about it, and how it will be seen whether it helped."""
    criterion = Criterion(indicator=indicator, expected=Decimal(expected), readings=readings, counts_from=counts_from)
    return ActionPlan(
        steps="Lisää takaisinsoittoja",
        due=date(2025, 9, 30),
        root_cause_method=RootCauseMethod.FIVE_WHYS,
        root_cause="Puhelut ruuhkautuvat maanantaisin",
        criterion=criterion,
    )


def register(county: SmallCounty, planned: ActionPlan, *, now: datetime = NOW) -> EffectCheck:
    """Register how the action will be judged, as planning does."""
    with writing(county.engine, actor=FIRST_LINE_OWNER, now=now) as session:
        check = register_effect_check(session, the_action(session), planned)
        assert check is not None
        session.flush()
        return EffectCheck(**check.model_dump())


def carried_out(county: SmallCounty, planned: ActionPlan | None = None, *, now: datetime = NOW) -> None:
    """Let the action be acknowledged, planned, begun and done by its owner."""
    planned = planned or plan()
    with writing(county.engine, actor=FIRST_LINE_OWNER, now=now) as session:
        action = the_action(session)
        take_step(session, action, ActionEventKind.ACKNOWLEDGED, {})
        told = {"plan": planned.model_dump(mode="json"), "needs_criterion": True}
        take_step(session, action, ActionEventKind.PLANNED, told)
        register_effect_check(session, action, planned)
        take_step(session, action, ActionEventKind.STARTED, {})
        take_step(session, action, ActionEventKind.DONE, {})


def the_action(session: Session) -> CorrectiveAction:
    """The action on the promises."""
    return session.exec(select(CorrectiveAction).where(CorrectiveAction.code == CODE)).one()
