"""Values entered by hand: who may, what is refused, what a correction leaves behind and does to the statuses."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.database import was_current
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import AuditEntry, Indicator, Measurement, NoDataReason, Status
from okr_engine.periods import Period
from okr_engine.services.evaluation import Evaluation
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.services.standings import standings
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    NOW,
    OUTSIDER,
    Q1,
    Q2,
    Q3,
    SPONSOR,
    STRATEGY_OFFICE,
    VIEWER,
    SmallCounty,
)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def enter(
    county: SmallCounty,
    value: str | None,
    *,
    who: str = FIRST_LINE_OWNER,
    what: str = "A1.1",
    quarter: Period = Q3,
    based_on: int = 0,
    **more: Any,
) -> Evaluation | None:
    entry = Entry(Decimal(value) if value is not None else None, **more)
    return county.act(who, enter_value, what, quarter, entry, based_on=based_on, rulebooks=county.rulebooks)


def figures(county: SmallCounty, indicator: str, period: str) -> list[Measurement]:
    """Every figure ever recorded, oldest first."""
    return county.rows(
        select(Measurement)
        .join(Indicator, col(Indicator.id) == col(Measurement.indicator_id))
        .where(Indicator.code == indicator, col(Measurement.period) == Period.parse(period))
        .order_by(col(Measurement.revision))
    )


def status_of(county: SmallCounty, code: str, quarter: Period) -> Status:
    found = county.see(STRATEGY_OFFICE, standings, quarter)
    return next(
        one.status for strategy in found for goal in strategy.goals for one in goal.key_results if one.code == code
    )


def test_a_first_value_is_recorded_with_who_when_and_where_from(county: SmallCounty) -> None:
    enter(county, "92.5", comment="Kaikki ensilinjat mukana", provisional=True)
    (entered,) = figures(county, "promise", "2025-Q3")
    assert (entered.value, entered.revision, entered.provisional) == (Decimal("92.5"), 1, True)
    assert (entered.recorded_by, entered.recorded_at, entered.source) == (
        FIRST_LINE_OWNER,
        NOW,
        f"person:{FIRST_LINE_OWNER}",
    )
    assert entered.comment == "Kaikki ensilinjat mukana"


def test_a_value_is_followed_by_the_status_of_its_quarter(county: SmallCounty) -> None:
    done = enter(county, "100")
    assert done is not None
    assert done.quarters == (Q3,)
    assert status_of(county, "A1.1", Q3) == Status.ON_TRACK


def test_a_changed_value_is_a_restatement_that_leaves_the_earlier_one_on_record(county: SmallCounty) -> None:
    enter(county, "91.2", quarter=Q2, based_on=1, reason="Takaisinsoitot puuttuivat")
    earlier, later = figures(county, "promise", "2025-Q2")
    assert (earlier.value, earlier.superseded_at) == (Decimal("70.11"), NOW)
    assert (later.value, later.reason, later.revision) == (Decimal("91.2"), "Takaisinsoitot puuttuivat", 2)
    assert later.superseded_at is None


def test_a_restatement_changes_the_status_it_bears_on(county: SmallCounty) -> None:
    before = status_of(county, "A1.1", Q2)
    enter(county, "100", quarter=Q2, based_on=1, reason="Laskettiin uudelleen")
    assert before != Status.ON_TRACK
    assert status_of(county, "A1.1", Q2) == Status.ON_TRACK


def test_a_restatement_decides_the_later_quarters_that_looked_back_at_it(county: SmallCounty) -> None:
    enter(county, "139.2", who=INTEGRATED_OWNER, what="A2.1", quarter=Q2)
    assert status_of(county, "A2.1", Q2) == Status.ON_TRACK
    done = enter(county, "138.0", who=INTEGRATED_OWNER, what="A2.1", quarter=Q1, based_on=1, reason="Kaksoiskirjauksia")
    assert done is not None
    assert done.quarters == (Q1, Q2)
    assert status_of(county, "A2.1", Q2) != Status.ON_TRACK


@pytest.mark.parametrize("reason", [None, "", "   ", "\u00a0"])
def test_a_restatement_without_a_reason_is_refused(county: SmallCounty, reason: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(county, "91.2", quarter=Q2, based_on=1, reason=reason)
    assert refused.value.what.key == "error.restatement_needs_reason"
    assert len(figures(county, "promise", "2025-Q2")) == 1


def test_entering_the_same_value_again_changes_nothing(county: SmallCounty) -> None:
    entries = len(county.rows(select(AuditEntry)))
    assert enter(county, "70.110", quarter=Q2, based_on=1, reason="Varmuuden vuoksi") is None
    assert len(figures(county, "promise", "2025-Q2")) == 1
    assert len(county.rows(select(AuditEntry))) == entries


def test_a_final_figure_in_place_of_a_provisional_one_is_on_record(county: SmallCounty) -> None:
    enter(county, "92.5", provisional=True)
    enter(county, "92.5", based_on=1, reason="Vahvistettu")
    assert [one.provisional for one in figures(county, "promise", "2025-Q3")] == [True, False]


def test_a_changed_comment_keeps_the_sample_that_the_figure_came_from(county: SmallCounty) -> None:
    enter(
        county, "85.5", who=DATA_STEWARD, what="A1.NPS", quarter=Q2, based_on=1, comment="Puhelimitse", reason="Lisäys"
    )
    later = figures(county, "nps", "2025-H1")[-1]
    assert (later.comment, later.responses, later.sample) == ("Puhelimitse", 420, 900)


def test_a_changed_figure_does_not_inherit_the_sample_of_the_earlier_one(county: SmallCounty) -> None:
    enter(county, "80", who=DATA_STEWARD, what="A1.NPS", quarter=Q2, based_on=1, reason="Uusi laskenta")
    later = figures(county, "nps", "2025-H1")[-1]
    assert (later.value, later.responses, later.sample) == (Decimal(80), None, None)


def test_a_missing_figure_is_recorded_with_its_reason(county: SmallCounty) -> None:
    enter(county, None, no_data_reason=NoDataReason.SOURCE_FAILED)
    (entered,) = figures(county, "promise", "2025-Q3")
    assert (entered.value, entered.no_data_reason) == (None, NoDataReason.SOURCE_FAILED)
    assert status_of(county, "A1.1", Q3) == Status.NO_DATA


@pytest.mark.parametrize(("value", "reason"), [(None, None), ("1", NoDataReason.LATE)], ids=["neither", "both"])
def test_an_entry_is_either_a_value_or_the_reason_why_there_is_none(
    county: SmallCounty, value: str | None, reason: NoDataReason | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(county, value, no_data_reason=reason)
    assert refused.value.what.key == "error.value_or_reason"


@pytest.mark.parametrize(
    ("what", "value"), [("A1.1", "100.01"), ("A1.1", "-0.01"), ("A1.NPS", "-100.1"), ("A1.NPS", "101")]
)
def test_a_value_beyond_what_the_indicator_can_have_is_refused(county: SmallCounty, what: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(county, value, who=STRATEGY_OFFICE, what=what, quarter=Period.parse("2025-Q4"))
    assert refused.value.what.key == "error.value_out_of_bounds"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "1000000000001"])
def test_what_is_no_sensible_number_is_refused(county: SmallCounty, value: str) -> None:
    with pytest.raises(InvalidInput):
        enter(county, value, who=INTEGRATED_OWNER, what="A2.1")


def test_a_negative_index_is_a_value_like_any_other(county: SmallCounty) -> None:
    enter(county, "-12.5", who=DATA_STEWARD, what="A1.NPS", quarter=Period.parse("2025-Q4"))
    assert figures(county, "nps", "2025-H2")[0].value == Decimal("-12.5")


def test_a_half_yearly_figure_has_no_value_in_the_first_quarter(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(county, "85", who=DATA_STEWARD, what="A1.NPS", quarter=Q1)
    assert refused.value.what.key == "error.not_due_in_quarter"


def test_an_indicator_shared_by_two_goals_is_entered_once(county: SmallCounty) -> None:
    enter(county, "82", who=DATA_STEWARD, what="A1.NPS", quarter=Q2, based_on=1, reason="Korjaus")
    with pytest.raises(StaleEdit):
        enter(county, "81", who=DATA_STEWARD, what="A2.NPS", quarter=Q2, based_on=1, reason="Korjaus")


@pytest.mark.parametrize("who", [INTEGRATED_OWNER, SPONSOR, VIEWER, OUTSIDER])
def test_nobody_enters_values_where_their_roles_do_not_reach(county: SmallCounty, who: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        enter(county, "95", who=who)
    assert refused.value.remedy is not None
    assert figures(county, "promise", "2025-Q3") == []


@pytest.mark.parametrize("who", [FIRST_LINE_OWNER, FIRST_LINE_DEPUTY, DATA_STEWARD, STRATEGY_OFFICE])
def test_owner_deputy_steward_and_strategy_office_may_enter(county: SmallCounty, who: str) -> None:
    enter(county, "95", who=who)
    assert figures(county, "promise", "2025-Q3")[0].recorded_by == who


def test_a_goal_owner_does_not_enter_the_figure_of_the_whole_county(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        enter(county, "85", what="A1.NPS", quarter=Period.parse("2025-Q4"))


def test_an_unknown_key_result_is_not_found(county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        enter(county, "1", what="A9.9")


def test_a_save_over_a_version_that_is_no_longer_the_newest_is_refused_with_both_figures(county: SmallCounty) -> None:
    enter(county, "91.2", who=FIRST_LINE_DEPUTY, quarter=Q2, based_on=1, reason="Takaisinsoitot puuttuivat")
    with pytest.raises(StaleEdit) as refused:
        enter(county, "88", quarter=Q2, based_on=1, reason="Oma tarkistus")
    assert (refused.value.theirs, refused.value.yours, refused.value.saved_by) == (
        "91.2",
        "88",
        "First line deputy",
    )
    assert figures(county, "promise", "2025-Q2")[-1].value == Decimal("91.2")


def test_of_two_first_values_the_second_is_refused(county: SmallCounty) -> None:
    enter(county, "95", who=FIRST_LINE_DEPUTY)
    with pytest.raises(StaleEdit):
        enter(county, "96")


def test_saving_what_somebody_else_just_saved_is_no_conflict(county: SmallCounty) -> None:
    enter(county, "95", who=FIRST_LINE_DEPUTY)
    assert enter(county, "95") is None


def test_a_refused_entry_leaves_statuses_and_audit_log_as_they_were(county: SmallCounty) -> None:
    entries = len(county.rows(select(AuditEntry)))
    with pytest.raises(InvalidInput):
        enter(county, "101")
    assert len(county.rows(select(AuditEntry))) == entries


@pytest.mark.parametrize("field", ["reason", "comment"])
def test_a_text_longer_than_a_workbook_takes_back_is_refused(county: SmallCounty, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        enter(county, "91", quarter=Q2, based_on=1, **{"reason": "Korjaus", field: "x" * 20_001})
    assert refused.value.what.key == "error.text_too_long"


def test_characters_that_no_file_can_hold_do_not_reach_the_database(county: SmallCounty) -> None:
    enter(county, "91", comment="rivi\x00\r\ntoinen\x07")
    assert figures(county, "promise", "2025-Q3")[0].comment == "rivi\ntoinen"


def test_what_was_known_before_a_restatement_can_still_be_asked_for(county: SmallCounty) -> None:
    later = NOW + timedelta(days=3)
    entry = Entry(Decimal("91.2"), reason="Korjaus")
    county.act(FIRST_LINE_OWNER, enter_value, "A1.1", Q2, entry, based_on=1, rulebooks=county.rulebooks, now=later)
    known = select(col(Measurement.value)).where(
        was_current(Measurement, NOW + timedelta(days=1)), col(Measurement.period) == Q2
    )
    assert county.rows(known) == [Decimal("70.11")]


def test_the_two_databases_keep_the_same_exact_figure(engine: Engine) -> None:
    county = SmallCounty.laid_out(engine)
    enter(county, "139.123456789012", who=INTEGRATED_OWNER, what="A2.1")
    assert figures(county, "events", "2025-Q3")[0].value == Decimal("139.123456789012")
