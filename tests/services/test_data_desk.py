"""The data desk: what is missing, late or suspicious, who answers for it, and when a figure is final."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import (
    BreakKind,
    ComparabilityBreak,
    Direction,
    FindingAnswer,
    FindingKind,
    Goal,
    Indicator,
    KeyResult,
    KeyResultKind,
    Measurement,
    MeasureUnit,
    NoDataReason,
    OrgUnit,
)
from okr_engine.periods import Period
from okr_engine.services.data_desk import DataDesk, DataState, DeskFigure, data_desk
from okr_engine.services.finality import declare_final, reopen
from okr_engine.services.findings import answer_finding
from okr_engine.services.measurements import Entry, enter_value
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    NOW,
    Q1,
    Q2,
    Q3,
    SPONSOR,
    STRATEGY_OFFICE,
    VIEWER,
    SmallCounty,
)
from tests.services.test_query_counts import counted

STEADY = ("90", "91", "89", "90", "92", "88")
EXPLAINED = "Uusi toimipiste tuli mukaan"


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def desk(
    county: SmallCounty, who: str = DATA_STEWARD, quarter: Period = Q2, today: date = date(2025, 7, 15)
) -> DataDesk:
    return county.see(who, data_desk, quarter, today=today)


def figure(county: SmallCounty, code: str = "promise", quarter: Period = Q2, **more: Any) -> DeskFigure:
    return next(one for one in desk(county, quarter=quarter, **more).figures if one.code == code)


def record(county: SmallCounty, period: Period, value: str, **more: Any) -> None:
    """A figure of the first line's promise, as a file or a source brings it."""
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == "promise")).one()
        unit = session.exec(select(OrgUnit).where(OrgUnit.code == "county.first-line")).one()
        known = session.exec(
            select(Measurement).where(
                Measurement.indicator_id == indicator.id,
                col(Measurement.period) == period,
                col(Measurement.superseded_at).is_(None),
            )
        ).first()
        if known:
            known.superseded_at = NOW
            session.add(known)
            session.flush()
        session.add(
            Measurement(
                indicator_id=indicator.id,
                unit_id=unit.id,
                period=period,
                period_start=period.start,
                value=Decimal(value),
                revision=known.revision + 1 if known else 1,
                recorded_at=NOW,
                recorded_by=OPERATOR.code,
                source="run:demo-3",
                **more,
            )
        )


def with_history(county: SmallCounty, *values: str, **now: Any) -> SmallCounty:
    """The promise of the quarters before the third, and a provisional figure far from them in the third."""
    for back, value in enumerate(reversed(values), 1):
        record(county, Q3.shifted(-back), value, denominator=Decimal(1000))
    more: dict[str, Any] = {"value": "40", "provisional": True} | now
    record(county, Q3, **more)
    return county


def suspicious(county: SmallCounty) -> DeskFigure:
    return figure(with_history(county, *STEADY), quarter=Q3)


def kinds(one: DeskFigure) -> list[FindingKind]:
    return [found.kind for found in one.findings]


def answer(county: SmallCounty, one: DeskFigure, who: str = DATA_STEWARD, words: str = EXPLAINED) -> None:
    (found, *_) = one.findings
    county.act(who, answer_finding, one.key, found.kind, words, based_on=found.edition)


def finish(county: SmallCounty, one: DeskFigure, who: str = DATA_STEWARD, reason: str | None = None) -> None:
    county.act(who, declare_final, one.key, reason=reason, based_on=one.revision)


def test_each_figure_of_the_quarter_stands_once_with_every_goal_that_needs_it(county: SmallCounty) -> None:
    assert {one.code: one.goals for one in desk(county).figures} == {
        "promise": ("A1",),
        "events": ("A2",),
        "nps": ("A1", "A2"),
    }


def test_a_figure_that_is_not_due_in_the_quarter_is_not_asked_for(county: SmallCounty) -> None:
    assert "nps" not in {one.code for one in desk(county, quarter=Q1).figures}


def test_the_figures_are_counted_by_how_their_data_stand(county: SmallCounty) -> None:
    found = desk(county)

    assert {state: found.count(state) for state in DataState} == {
        DataState.UNEXPLAINED: 1,
        DataState.PROVISIONAL: 0,
        DataState.AWAITED: 0,
        DataState.EXPLAINED: 0,
        DataState.FINAL: 2,
    }


def test_what_lacks_a_reason_stands_first(county: SmallCounty) -> None:
    assert desk(county).figures[0].code == "events"


def test_a_missing_figure_says_by_how_many_days_it_is_late(county: SmallCounty) -> None:
    assert figure(county, "events").late_days == 15


def test_within_its_lag_a_figure_is_awaited_and_not_late(county: SmallCounty) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == "events")).one()
        indicator.lag_days = 15
        session.add(indicator)

    one = figure(county, "events")

    assert (one.state, one.due_on, one.late_days) == (DataState.AWAITED, date(2025, 7, 15), 0)
    assert not one.is_missing
    assert figure(county, "events", today=date(2025, 7, 16)).state == DataState.UNEXPLAINED


def test_a_reason_explains_a_missing_figure_but_one_still_to_come_stays_late(county: SmallCounty) -> None:
    missing = Entry(None, no_data_reason=NoDataReason.LATE, comment="Toimittaja korjaa")
    county.act(DATA_STEWARD, enter_value, "A2.1", Q2, missing, based_on=0, rulebooks=county.rulebooks)

    one = figure(county, "events")

    assert (one.state, one.comment, one.late_days) == (DataState.EXPLAINED, "Toimittaja korjaa", 15)


def test_what_is_not_collected_is_never_late(county: SmallCounty) -> None:
    missing = Entry(None, no_data_reason=NoDataReason.NOT_COLLECTED)
    county.act(DATA_STEWARD, enter_value, "A2.1", Q2, missing, based_on=0, rulebooks=county.rulebooks)

    assert figure(county, "events").late_days == 0


def test_an_owner_sees_the_figures_of_their_own_unit_only(county: SmallCounty) -> None:
    assert [one.code for one in desk(county, FIRST_LINE_OWNER).figures] == ["promise"]


@pytest.mark.parametrize("who", [VIEWER, SPONSOR])
def test_whoever_only_reads_has_no_data_to_look_after(county: SmallCounty, who: str) -> None:
    assert desk(county, who).figures == ()


def test_a_value_far_from_its_comparable_periods_is_suspicious(county: SmallCounty) -> None:
    one = suspicious(county)

    assert kinds(one) == [FindingKind.OUTLIER]
    assert desk(county, quarter=Q3).suspicious == 1


def test_nothing_before_a_break_makes_a_figure_suspicious(county: SmallCounty) -> None:
    with_history(county, *STEADY, denominator=Decimal(5000))
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == "promise")).one()
        session.add(
            ComparabilityBreak(
                indicator_id=indicator.id,
                day=Q3.start,
                kind=BreakKind.DEFINITION,
                recorded_at=NOW,
                recorded_by=OPERATOR.code,
            )
        )

    assert kinds(figure(county, quarter=Q3)) == []


def test_a_denominator_that_jumps_is_suspicious(county: SmallCounty) -> None:
    with_history(county, "90", "91", value="90", denominator=Decimal(1400))

    assert kinds(figure(county, quarter=Q3)) == [FindingKind.SUDDEN_DENOMINATOR]


def test_coverage_that_falls_since_the_period_before_is_suspicious(engine: Engine) -> None:
    county = SmallCounty.laid_out(engine)
    record(county, Q2, "90", lineage={"kpi": "access_time", "version": "1", "coverage": "0.9934"})
    record(county, Q3, "90", lineage={"kpi": "access_time", "version": "1", "coverage": "0.9100"})

    assert kinds(figure(county, quarter=Q3)) == [FindingKind.DRIFT]


def test_an_answer_is_kept_with_who_and_when(county: SmallCounty) -> None:
    answer(county, suspicious(county))

    (found,) = figure(county, quarter=Q3).findings
    assert found.answer is not None
    assert (found.answer.explanation, found.answer.saved_by, found.answer.saved_at) == (EXPLAINED, DATA_STEWARD, NOW)
    assert desk(county, quarter=Q3).suspicious == 0


def test_a_restated_figure_asks_again(county: SmallCounty) -> None:
    answer(county, suspicious(county))
    record(county, Q3, "41", provisional=True)

    assert desk(county, quarter=Q3).suspicious == 1


def test_an_answer_given_again_supersedes_the_first_which_stays_on_record(county: SmallCounty) -> None:
    answer(county, suspicious(county))
    answer(county, figure(county, quarter=Q3), STRATEGY_OFFICE, "Tarkistettu")

    kept = county.rows(select(FindingAnswer).order_by(col(FindingAnswer.revision)))
    assert [(one.explanation, one.superseded_at is None) for one in kept] == [(EXPLAINED, False), ("Tarkistettu", True)]


@pytest.mark.parametrize(
    "restate",
    [
        lambda county: record(county, Q3, "41"),
        lambda county: answer(county, figure(county, quarter=Q3), STRATEGY_OFFICE),
    ],
)
def test_an_answer_to_what_has_changed_since_is_refused(
    county: SmallCounty, restate: Callable[[SmallCounty], None]
) -> None:
    seen = suspicious(county)
    restate(county)

    with pytest.raises(StaleEdit):
        answer(county, seen)


def test_an_answer_says_something(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput):
        answer(county, suspicious(county), words="  ")


def test_somebody_elses_figure_is_not_answered_for(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        answer(county, suspicious(county), INTEGRATED_OWNER)


def test_a_figure_is_not_final_while_something_about_it_is_unanswered(county: SmallCounty) -> None:
    one = suspicious(county)
    with pytest.raises(InvalidInput):
        finish(county, one)
    answer(county, one)

    finish(county, one)

    done = figure(county, quarter=Q3)
    assert (done.state, done.reason, done.source) == (
        DataState.FINAL,
        "Vahvistettu lopulliseksi",
        "person:data-steward",
    )


def test_the_answer_stays_when_the_same_figure_becomes_final(county: SmallCounty) -> None:
    one = suspicious(county)
    answer(county, one)
    finish(county, one)

    assert figure(county, quarter=Q3).open_findings == ()


def test_a_figure_keeps_what_lies_behind_it_when_it_becomes_final_and_is_opened_again(county: SmallCounty) -> None:
    behind = {"numerator": Decimal(9), "denominator": Decimal(10), "lineage": {"run": {"source": "demo", "number": 3}}}
    record(county, Q3, "90", provisional=True, **behind)
    finish(county, figure(county, quarter=Q3), reason="Tarkastettu")
    one = figure(county, quarter=Q3)
    county.act(DATA_STEWARD, reopen, one.key, reason="Jälkitietoja tulossa", based_on=one.revision)

    rows = county.rows(select(Measurement).where(col(Measurement.period) == Q3).order_by(col(Measurement.revision)))
    assert [(row.provisional, row.source) for row in rows] == [
        (True, "run:demo-3"),
        (False, "person:data-steward"),
        (True, "run:demo-3"),
    ]
    assert all({name: getattr(row, name) for name in behind} == behind for row in rows)


def test_opening_a_final_figure_needs_a_reason(county: SmallCounty) -> None:
    one = figure(county)
    with pytest.raises(InvalidInput):
        county.act(DATA_STEWARD, reopen, one.key, reason=" ", based_on=one.revision)


def test_a_figure_restated_since_is_not_declared_final(county: SmallCounty) -> None:
    record(county, Q3, "90", provisional=True)
    seen = figure(county, quarter=Q3)
    record(county, Q3, "91", provisional=True)

    with pytest.raises(StaleEdit):
        finish(county, seen)


def test_what_is_final_already_is_not_declared_final_again(county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        finish(county, figure(county))


def test_whoever_does_not_look_after_a_figure_does_not_make_it_final(county: SmallCounty) -> None:
    record(county, Q3, "90", provisional=True)
    with pytest.raises(NotAllowed):
        finish(county, figure(county, quarter=Q3), INTEGRATED_OWNER)


def test_the_database_is_asked_as_often_for_fifty_figures_as_for_five(county: SmallCounty) -> None:
    def asked(count: range) -> int:
        with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
            goal = session.exec(select(Goal).where(Goal.code == "A1")).one()
            for number in count:
                indicator = Indicator(code=f"i{number}", name_fi="Osuus", unit=MeasureUnit.PERCENT)
                session.add(indicator)
                session.flush()
                session.add(_key_result(goal, indicator))
                session.add(_measured(goal, indicator))
        with counted(county.engine) as statements:
            desk(county)
        return len(statements)

    assert asked(range(5)) == asked(range(5, 50))


def _key_result(goal: Goal, indicator: Indicator) -> KeyResult:
    return KeyResult(
        code=f"A1.{indicator.code}",
        goal_id=goal.id,
        indicator_id=indicator.id,
        unit_id=goal.unit_id,
        kind=KeyResultKind.KPI,
        direction=Direction.NEUTRAL,
        starts=Q1.start,
        due=Q3.end,
    )


def _measured(goal: Goal, indicator: Indicator) -> Measurement:
    return Measurement(
        indicator_id=indicator.id,
        unit_id=goal.unit_id,
        period=Q2,
        period_start=Q2.start,
        value=Decimal(50),
        recorded_at=datetime(2025, 7, 1, tzinfo=UTC) + timedelta(hours=1),
        recorded_by=OPERATOR.code,
        source="file:county.xlsx",
    )
