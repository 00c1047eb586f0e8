"""What happened to a series: the actions on it and the figures that changed."""

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.model import CorrectiveAction
from okr_engine.services.figure_series import HappeningKind
from okr_engine.services.goal_reports import key_result_report
from okr_engine.services.happenings import happenings_of
from tests.reports.series import RECORDED, month
from tests.services.small_county import NOW, Q2, TODAY, SmallCounty


def test_a_key_results_chart_is_told_when_its_actions_began_and_ended(memory_engine: Engine) -> None:
    county = SmallCounty.laid_out(memory_engine)
    with writing(county.engine, actor="test", now=NOW + timedelta(days=3)) as session:
        action = session.exec(select(CorrectiveAction)).first()
        assert action is not None
        action.closed_at, action.clock_at = NOW + timedelta(days=3), None
        code = action.code

    report = county.ask(key_result_report, OPERATOR, "A1.1", Q2, today=TODAY)
    before = county.ask(key_result_report, OPERATOR, "A1.1", Q2, today=TODAY, as_of=NOW)

    told = [(one.kind, one.code, one.at) for one in report.drawn.happenings]
    assert told == [
        (HappeningKind.ACTION_RAISED, code, NOW),
        (HappeningKind.ACTION_CLOSED, code, NOW + timedelta(days=3)),
    ]
    assert [one.kind for one in before.drawn.happenings] == [HappeningKind.ACTION_RAISED]


def test_a_restated_figure_is_a_happening_and_one_that_had_been_missing_is_not() -> None:
    restated = month(0, 80, revision=2, reason="Rekisteri täydentyi")
    came_late = month(1, 81, revision=2)

    [happening] = happenings_of([restated, came_late])

    assert (happening.kind, happening.period, happening.at) == (HappeningKind.RESTATED, restated.period, RECORDED)
    assert happening.reason == "Rekisteri täydentyi"
