"""What each may write in a quarter: their own first, nothing beyond their reach, and nothing hidden that is missing."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event

from okr_engine.errors import InvalidInput, NotAllowed, NotFound
from okr_engine.model import MeasureUnit, NarrativeState, Status
from okr_engine.periods import Period
from okr_engine.services.assessments import assess
from okr_engine.services.measurements import Entry, enter_value, value_typed
from okr_engine.services.my_work import (
    WritableGoal,
    WritableKeyResult,
    quarters_to_write,
    view_expires,
    words_on,
    writable_in,
)
from okr_engine.services.narratives import save_narrative
from okr_engine.words import Language
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    LEADERSHIP,
    NOW,
    OUTSIDER,
    Q1,
    Q2,
    Q3,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def goals_of(county: SmallCounty, who: str, quarter: Period = Q2) -> list[WritableGoal]:
    return county.see(who, writable_in, quarter)


def key_results_of(county: SmallCounty, who: str, quarter: Period = Q2) -> dict[str, WritableKeyResult]:
    return {one.code: one for goal in goals_of(county, who, quarter) for one in goal.key_results}


def test_an_owner_and_the_deputy_see_the_same_goal_as_their_own(county: SmallCounty) -> None:
    (goal,) = goals_of(county, FIRST_LINE_OWNER)
    assert (goal.code, goal.is_mine, goal.may_write) == ("A1", True, True)
    assert goals_of(county, FIRST_LINE_DEPUTY) == [goal]


@pytest.mark.parametrize("who", [SPONSOR, LEADERSHIP, VIEWER, OUTSIDER])
def test_whoever_writes_nothing_is_offered_nothing(county: SmallCounty, who: str) -> None:
    assert goals_of(county, who) == []
    assert county.see(who, quarters_to_write, today=TODAY) == []


def test_the_strategy_office_may_write_everywhere_though_nothing_is_its_own(county: SmallCounty) -> None:
    goals = goals_of(county, STRATEGY_OFFICE)
    assert [(goal.code, goal.is_mine, goal.may_write) for goal in goals] == [("A1", False, True), ("A2", False, True)]


def test_an_indicator_belongs_to_whoever_looks_after_it(county: SmallCounty) -> None:
    found = key_results_of(county, DATA_STEWARD)
    assert [code for code, one in found.items() if one.is_mine] == ["A1.NPS", "A2.NPS"]
    assert found["A1.1"].may_enter
    assert not found["A1.1"].may_assess


def test_an_owner_sees_the_countys_figure_but_does_not_enter_it(county: SmallCounty) -> None:
    found = key_results_of(county, FIRST_LINE_OWNER)
    assert not found["A1.NPS"].may_enter
    assert not found["A1.NPS"].is_mine
    assert found["A1.NPS"].may_assess


def test_what_nobody_has_entered_is_missing(county: SmallCounty) -> None:
    found = key_results_of(county, STRATEGY_OFFICE)
    assert [code for code, one in found.items() if one.is_missing] == ["A2.1"]


def test_a_half_yearly_figure_is_not_missing_in_the_quarter_in_which_it_is_not_due(county: SmallCounty) -> None:
    found = key_results_of(county, STRATEGY_OFFICE, Q3)
    assert found["A1.NPS"].period is None
    assert not found["A1.NPS"].is_missing


def test_what_is_on_record_comes_with_its_revision_and_writer(county: SmallCounty) -> None:
    entry = Entry(Decimal("91.2"), reason="Korjaus", comment="Kaikki ensilinjat")
    county.act(FIRST_LINE_DEPUTY, enter_value, "A1.1", Q2, entry, based_on=1, rulebooks=county.rulebooks)
    recorded = key_results_of(county, FIRST_LINE_OWNER)["A1.1"].recorded
    assert recorded is not None
    assert (recorded.value, recorded.comment, recorded.revision) == (Decimal("91.2"), "Kaikki ensilinjat", 2)
    assert (recorded.saved_by, recorded.saved_at) == (FIRST_LINE_DEPUTY, NOW)


def test_the_status_and_its_reason_stand_beside(county: SmallCounty) -> None:
    one = key_results_of(county, FIRST_LINE_OWNER)["A1.1"]
    assert one.status == Status.NEEDS_SUPPORT
    assert one.decision is not None
    assert one.decision.because


def test_a_percentage_lies_within_its_bounds_and_an_index_within_its_own(county: SmallCounty) -> None:
    found = key_results_of(county, STRATEGY_OFFICE)
    assert (found["A1.1"].lowest, found["A1.1"].highest) == (Decimal(0), Decimal(100))
    assert (found["A1.NPS"].lowest, found["A1.NPS"].highest) == (Decimal(-100), Decimal(100))
    assert (found["A2.1"].lowest, found["A2.1"].highest) == (None, None)


def test_an_expired_view_is_still_the_one_that_a_new_view_replaces(county: SmallCounty) -> None:
    given: dict[str, Any] = {"status": Status.ON_TRACK, "explanation": "Kattavuus muuttui", "expires": TODAY}
    county.act(FIRST_LINE_OWNER, assess, "A1.1", Q2, based_on=0, **given)
    view = key_results_of(county, FIRST_LINE_OWNER)["A1.1"].given_view
    assert view is not None
    later = NOW + timedelta(days=30)
    given = {"status": Status.ON_TRACK, "explanation": "Yhä niin", "expires": later.date()}
    county.act(FIRST_LINE_OWNER, assess, "A1.1", Q2, based_on=view.revision, now=later, **given)
    renewed = key_results_of(county, FIRST_LINE_OWNER)["A1.1"].given_view
    assert renewed is not None
    assert (renewed.revision, renewed.explanation) == (2, "Yhä niin")


def test_the_words_of_this_quarter_and_of_the_one_before_come_together(county: SmallCounty) -> None:
    for quarter, text in ((Q1, "Alkuvuosi"), (Q2, "Kevät")):
        county.act(
            FIRST_LINE_OWNER,
            save_narrative,
            "A1",
            quarter,
            Language.FI,
            {"summary": text},
            state=NarrativeState.DRAFT,
            based_on=0,
        )
    words = county.see(FIRST_LINE_OWNER, words_on, "A1", Q2)
    assert words.now[Language.FI].texts["summary"] == "Kevät"
    assert words.before[Language.FI].texts["summary"] == "Alkuvuosi"


def test_words_are_not_shown_for_writing_to_whoever_may_not_write_them(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        county.see(VIEWER, words_on, "A1", Q2)
    with pytest.raises(NotFound):
        county.see(FIRST_LINE_OWNER, words_on, "Z9", Q2)


def test_one_writes_up_to_the_quarter_of_today_and_not_beyond_the_key_results(county: SmallCounty) -> None:
    written = county.see(FIRST_LINE_OWNER, quarters_to_write, today=TODAY)
    assert written == [Q3, Q2, Q1]
    next_year = county.see(FIRST_LINE_OWNER, quarters_to_write, today=date(2026, 11, 1))
    assert next_year[0] == Period.parse("2025-Q4")


def test_a_view_is_offered_until_the_end_of_the_next_quarter() -> None:
    assert view_expires(date(2025, 7, 15)) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("90,81", "90.81"),
        ("90.81", "90.81"),
        (" 90,81 % ", "90.81"),
        ("-12,5", "-12.5"),
        ("\N{MINUS SIGN}12,5", "-12.5"),
        ("1 234,5", "1234.5"),
        ("1\N{NO-BREAK SPACE}234", "1234"),
    ],
)
def test_a_value_is_read_as_people_type_it(typed: str, value: str) -> None:
    assert value_typed(typed, MeasureUnit.PERCENT) == Decimal(value)


@pytest.mark.parametrize("typed", ["paljon", "90,81,2", "=1+1", "NaN", "1e400", "90 81", "%"])
def test_what_cannot_be_read_as_a_value_comes_with_what_can(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        value_typed(typed, MeasureUnit.PERCENT)
    assert refused.value.remedy is not None


def test_a_percentage_is_no_value_of_an_index() -> None:
    with pytest.raises(InvalidInput) as refused:
        value_typed("42 %", MeasureUnit.INDEX)
    assert refused.value.what.key == "import.not_in_percent"


def test_many_goals_take_no_more_queries_than_one(county: SmallCounty) -> None:
    def queries(who: str) -> int:
        asked: list[str] = []

        def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        event.listen(county.engine, "before_cursor_execute", heard)
        county.see(who, writable_in, Q2)
        event.remove(county.engine, "before_cursor_execute", heard)
        return len(asked)

    assert queries(STRATEGY_OFFICE) == queries(FIRST_LINE_OWNER)
