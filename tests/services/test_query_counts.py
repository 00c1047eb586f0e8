"""However many key results there are, the database is asked as often."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from okr_engine.access import OPERATOR
from okr_engine.database import reading, writing
from okr_engine.model import (
    Direction,
    GoalForm,
    IndicatorForm,
    KeyResultForm,
    MeasurementForm,
    MeasureUnit,
    OrgUnitForm,
    Polarity,
    PriorityForm,
    RoleForm,
    RoleKind,
    StrategyForm,
    TargetForm,
)
from okr_engine.model.rows import Form
from okr_engine.periods import Period
from okr_engine.services.action_views import action_views
from okr_engine.services.evaluation import evaluate
from okr_engine.services.goal_reports import goal_report
from okr_engine.services.importing import import_content
from okr_engine.services.installation import read_rulebooks
from okr_engine.services.oversight import oversight
from okr_engine.services.standings import standings
from okr_engine.services.strategies import strategies_decided
from okr_engine.workbook import content_of

Q1, Q2, Q3 = (Period.parse(f"2025-Q{number}") for number in (1, 2, 3))
NOW = datetime(2025, 10, 15, 9, 0, tzinfo=UTC)
START, END = date(2025, 1, 1), date(2025, 12, 31)


def overview(session: Session) -> None:
    strategies_decided(session, OPERATOR)
    standings(session, OPERATOR, Q3, strategy="S")
    action_views(session, OPERATOR, today=NOW.date())


def goal(session: Session) -> None:
    strategies_decided(session, OPERATOR)
    goal_report(session, OPERATOR, "G", Q3, today=NOW.date())


def overseeing(session: Session) -> None:
    oversight(session, OPERATOR, Q3, read_rulebooks().status, today=NOW.date(), now=NOW)


@pytest.mark.parametrize("page", [overview, goal, overseeing])
def test_a_page_asks_the_database_as_often_for_fifty_key_results_as_for_five(
    page: Callable[[Session], None], memory_engine: Engine
) -> None:
    decided(memory_engine, range(5))
    with reading(memory_engine) as session, counted(memory_engine) as for_five:
        page(session)
    decided(memory_engine, range(5, 50))

    with reading(memory_engine) as session, counted(memory_engine) as for_fifty:
        page(session)

    assert len(for_fifty) == len(for_five)


def test_an_evaluation_asks_the_database_as_often_for_forty_new_reds_as_for_four(memory_engine: Engine) -> None:
    decided(memory_engine, range(1))
    imported(memory_engine, range(1, 5))
    for_four = evaluated(memory_engine)
    imported(memory_engine, range(5, 45))

    for_forty = evaluated(memory_engine)

    assert len(for_forty) == len(for_four)


def decided(engine: Engine, numbers: range) -> None:
    imported(engine, numbers)
    evaluated(engine)


def evaluated(engine: Engine) -> list[str]:
    with writing(engine, actor=OPERATOR.code, now=NOW) as session, counted(engine) as statements:
        evaluate(session, OPERATOR, [Q1, Q2, Q3], read_rulebooks())
    return statements


def imported(engine: Engine, numbers: range) -> None:
    content = content_of([*county(), *(form for number in numbers for form in falling(number))], file="county.xlsx")
    with writing(engine, actor=OPERATOR.code, now=NOW) as session:
        import_content(session, OPERATOR, content)


def county() -> list[Form]:
    return [
        OrgUnitForm(code="county", name_fi="Hyvinvointialue"),
        RoleForm(code="owner", name_fi="Palvelujohtaja", kind=RoleKind.GOAL_OWNER, unit="county"),
        StrategyForm(code="S", name_fi="Strategia", unit="county", starts=START, ends=END),
        PriorityForm(code="P", name_fi="Sopiva polku", strategy="S"),
        GoalForm(code="G", name_fi="Apu ajallaan", priority="P", unit="county", owner="owner"),
    ]


def falling(number: int) -> Iterator[Form]:
    """A key result that worsens twice, so that it needs support and an action in the third quarter."""
    indicator = f"i{number}"
    yield IndicatorForm(code=indicator, name_fi="Osuus ajallaan", unit=MeasureUnit.PERCENT, better=Polarity.HIGHER)
    yield KeyResultForm(
        code=f"G.{number}", goal="G", indicator=indicator, direction=Direction.AT_LEAST, starts=START, due=END
    )
    yield TargetForm(key_result=f"G.{number}", value=Decimal(90), valid_from=START)
    yield TargetForm(key_result=f"G.{number}", value=Decimal(85), valid_from=Q3.start)
    for period, value in ((Q1, 80), (Q2, 70), (Q3, 60)):
        yield MeasurementForm(indicator=indicator, unit="county", period=period, value=Decimal(value))


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that the database is given in the block."""
    statements: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", heard)
