"""Effect checks: registered with the plan, judged from the series in place, confirmed by somebody not responsible."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.database import reading, writing
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionState,
    BreakKind,
    ComparabilityBreak,
    CorrectiveAction,
    Direction,
    EffectCheck,
    Indicator,
    KeyResult,
    Polarity,
    Target,
)
from okr_engine.periods import Period
from okr_engine.services.action_records import take_step
from okr_engine.services.action_steps import assign
from okr_engine.services.effect_findings import Finding, judged
from okr_engine.services.effect_proposals import propose_effects
from okr_engine.services.effect_series import Obstacle, Omission
from okr_engine.services.effect_verdicts import confirm_effect, confirm_lasting_effect
from okr_engine.services.effect_views import EffectView, effect_foreseen, effect_view
from okr_engine.services.effect_words import effect_in_words, effect_rests_on, prospect_in_words
from okr_engine.statistics.effects import Method, Verdict
from okr_engine.words import Language
from tests.services.checked_county import (
    AFTER_IT,
    BEFORE_IT,
    BETTER,
    CODE,
    JULY,
    NEXT_JULY,
    PAST,
    carried_out,
    checked_county,
    plan,
    register,
    tell,
    the_action,
)
from tests.services.small_county import (
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    LEADERSHIP,
    NOW,
    OUTSIDER,
    Q2,
    SPONSOR,
    STRATEGY_OFFICE,
    VIEWER,
    SmallCounty,
)

AFTER = AFTER_IT[:3]
IN_JULY = JULY.date()


@pytest.fixture
def county(small_county: SmallCounty) -> SmallCounty:
    """Nine quarters before the red one, and the action on it carried out."""
    county = checked_county(small_county)
    carried_out(county)
    return county


def improved(county: SmallCounty, values: tuple[str, ...] = BETTER) -> None:
    tell(county, dict(zip(AFTER, values, strict=True)), now=JULY)


def finding(county: SmallCounty, number: int = 1, *, today: date = IN_JULY) -> Finding:
    with reading(county.engine) as session:
        check = session.exec(
            select(EffectCheck).where(EffectCheck.number == number).order_by(col(EffectCheck.round).desc())
        ).first()
        assert check is not None
        return judged(session, check, today=today)


def version(county: SmallCounty) -> int:
    with reading(county.engine) as session:
        return the_action(session).version


def state(county: SmallCounty) -> tuple[ActionState, int]:
    with reading(county.engine) as session:
        action = the_action(session)
        return action.state, action.round


def confirm(county: SmallCounty, verdict: Verdict, who: str = SPONSOR, note: str = "") -> None:
    county.act(who, confirm_effect, CODE, version=version(county), verdict=verdict, note=note, now=JULY)


def confirm_again(county: SmallCounty, verdict: Verdict, who: str = SPONSOR, note: str = "") -> None:
    county.act(who, confirm_lasting_effect, CODE, version=version(county), verdict=verdict, note=note, now=NEXT_JULY)


def seen(county: SmallCounty, who: str, today: date = IN_JULY) -> EffectView:
    return county.see(who, effect_view, CODE, today=today)


def change_key_result(county: SmallCounty, direction: Direction, better: Polarity) -> None:
    with writing(county.engine, actor="test", now=NOW) as session:
        key_result = session.exec(select(KeyResult).where(KeyResult.code == "A1.1")).one()
        indicator = session.get_one(Indicator, key_result.indicator_id)
        key_result.direction, indicator.better = direction, better
        target = session.exec(select(Target).where(Target.key_result_id == key_result.id)).one()
        if direction == Direction.WITHIN:
            target.value, target.low, target.high = None, Decimal(80), Decimal(95)
        session.add_all([key_result, indicator, target])


def break_on(county: SmallCounty, day: date) -> None:
    with writing(county.engine, actor="test", now=NOW) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == "promise")).one()
        session.add(
            ComparabilityBreak(
                indicator_id=indicator.id, day=day, kind=BreakKind.SYSTEM, recorded_at=NOW, recorded_by="test"
            )
        )


def test_planning_registers_how_and_when_the_action_will_be_judged(small_county: SmallCounty) -> None:
    check = register(checked_county(small_county), plan())

    assert (check.sign, check.expected, check.readings) == (1, Decimal(5), 3)
    assert (check.baseline_ends, check.counts_from) == (date(2025, 3, 31), date(2025, 10, 1))
    assert (check.method, check.earliest) == (Method.T_AND_PERMUTATION, date(2026, 7, 1))
    assert check.is_recorded_before


def test_the_lag_of_the_figures_is_part_of_the_earliest_day(small_county: SmallCounty) -> None:
    county = checked_county(small_county)
    with writing(county.engine, actor="test", now=NOW) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == "promise")).one()
        indicator.lag_days = 20
        session.add(indicator)

    assert register(county, plan()).earliest == date(2026, 7, 21)


def test_fewer_readings_than_can_tell_are_more_in_the_end(small_county: SmallCounty) -> None:
    county = checked_county(small_county, past=PAST[-3:])

    check = register(county, plan(readings=1))

    assert (check.method, check.readings, check.earliest) == (Method.PERMUTATION, 4, date(2026, 10, 1))


@pytest.mark.parametrize(
    ("past", "told"),
    [(PAST, "aikaisintaan 1.7.2026: toimenpiteen jälkeen tarvitaan 3"), (PAST[:1], "ennen havaintoa tarvitaan")],
)
def test_a_planner_is_told_before_planning_when_the_effect_can_be_judged(
    small_county: SmallCounty, past: tuple[str, ...], told: str
) -> None:
    county = checked_county(small_county, past=past)
    criterion = plan().criterion
    assert criterion is not None

    found = county.see(FIRST_LINE_OWNER, effect_foreseen, CODE, criterion)

    assert told in prospect_in_words(found, Language.FI)


def test_too_short_a_past_has_no_earliest_day_and_says_why(small_county: SmallCounty) -> None:
    county = checked_county(small_county, past=PAST[-2:])
    carried_out(county)
    improved(county)

    assert finding(county).obstacle == Obstacle.SHORT_BASELINE
    assert "vähintään 4 vertailukelpoista lukua, ja niitä on 3" in said(county)


@pytest.mark.parametrize(
    ("direction", "better", "sign"),
    [
        (Direction.AT_LEAST, Polarity.LOWER, 1),
        (Direction.INCREASE, Polarity.NEITHER, 1),
        (Direction.AT_MOST, Polarity.HIGHER, -1),
        (Direction.DECREASE, Polarity.NEITHER, -1),
        (Direction.IMPROVE, Polarity.HIGHER, 1),
        (Direction.IMPROVE, Polarity.LOWER, -1),
        (Direction.NEUTRAL, Polarity.LOWER, -1),
        (Direction.WITHIN, Polarity.NEITHER, 1),
    ],
)
def test_the_good_direction_is_the_key_results_and_leads_into_its_range(
    small_county: SmallCounty, direction: Direction, better: Polarity, sign: int
) -> None:
    county = checked_county(small_county)
    change_key_result(county, direction, better)

    assert register(county, plan()).sign == sign


@pytest.mark.parametrize("direction", [Direction.IMPROVE, Direction.NEUTRAL])
def test_without_a_good_direction_nothing_is_registered(small_county: SmallCounty, direction: Direction) -> None:
    county = checked_county(small_county)
    change_key_result(county, direction, Polarity.NEITHER)

    with pytest.raises(InvalidInput) as refused:
        register(county, plan())

    assert refused.value.what.key == "effect.no_good_direction"


def test_the_red_period_itself_can_never_count_as_after(small_county: SmallCounty) -> None:
    county = checked_county(small_county)

    with pytest.raises(InvalidInput) as refused:
        register(county, plan(counts_from=Q2.end))

    assert refused.value.what.key == "effect.counts_from_too_early"


def test_an_indicator_that_does_not_exist_is_refused(small_county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        register(checked_county(small_county), plan(indicator="nothing"))


def test_a_plan_made_anew_takes_the_place_of_the_one_before(small_county: SmallCounty) -> None:
    county = checked_county(small_county)
    register(county, plan(expected="5"))
    register(county, plan(expected="8"))

    (check,) = county.rows(select(EffectCheck))
    assert (check.expected, check.is_recorded_before) == (Decimal(8), True)


def test_a_plan_moved_after_its_figures_were_seen_says_that_it_came_after(county: SmallCounty) -> None:
    improved(county)

    check = register(county, plan(expected="1", counts_from=date(2027, 1, 1)), now=JULY)

    assert not check.is_recorded_before


def test_an_improvement_over_the_usual_variation_is_effective_and_says_so_in_words(county: SmallCounty) -> None:
    improved(county)

    found = finding(county)

    assert (found.verdict, found.method) == (Verdict.EFFECTIVE, Method.T_AND_PERMUTATION)
    assert [one.value for one in found.after] == [Decimal(one) for one in BETTER]
    assert said(county).startswith("Toimenpide on vaikuttanut: luku on parantunut")


def test_the_red_figure_and_the_time_of_transition_are_left_out(county: SmallCounty) -> None:
    tell(county, {Period.parse("2025-Q3"): "50"}, now=JULY)
    improved(county)

    found = finding(county)

    assert {one.period.code: one.why for one in found.left_out} == {
        "2025-Q2": Omission.TRIGGER,
        "2025-Q3": Omission.TRANSITION,
    }
    assert [one.period for one in found.before] == [*BEFORE_IT, Period.parse("2025-Q1")]


def test_provisional_figures_are_waited_for(county: SmallCounty) -> None:
    tell(county, dict(zip(AFTER[:2], BETTER, strict=False)), now=JULY)
    tell(county, {AFTER[2]: "70"}, now=JULY, provisional=True)

    found = finding(county, today=date(2026, 6, 1))

    assert (found.verdict, found.obstacle, found.until) == (
        Verdict.CANNOT_BE_JUDGED_YET,
        Obstacle.NOT_YET,
        date(2026, 7, 1),
    )
    assert "aikaisintaan 1.7.2026" in said(county, today=date(2026, 6, 1))


def test_figures_that_are_late_are_said_to_be(county: SmallCounty) -> None:
    assert finding(county).obstacle == Obstacle.LATE


def test_nothing_is_compared_across_a_break(county: SmallCounty) -> None:
    improved(county)
    break_on(county, date(2026, 1, 1))

    found = finding(county)

    assert (found.verdict, found.obstacle) == (Verdict.CANNOT_BE_JUDGED_YET, Obstacle.BREAK)
    assert found.can_never_be_judged


def test_a_break_in_the_past_shortens_the_baseline(county: SmallCounty) -> None:
    improved(county)
    break_on(county, date(2024, 1, 1))

    assert [one.period.code for one in finding(county).before] == [
        "2024-Q1",
        "2024-Q2",
        "2024-Q3",
        "2024-Q4",
        "2025-Q1",
    ]


def test_counted_shares_are_judged_by_their_counts_and_told_in_points(small_county: SmallCounty) -> None:
    county = checked_county(small_county, past=())
    for period, count in zip((*BEFORE_IT[-5:],), (60, 62, 61, 63, 62), strict=True):
        tell(county, {period: str(count)}, numerator=Decimal(2 * count), denominator=Decimal(200))
    with writing(county.engine, actor="test", now=NOW) as session:
        session.connection().exec_driver_sql("DELETE FROM measurement WHERE period = '2025-Q1'")
    carried_out(county)
    for period in AFTER:
        tell(county, {period: "75"}, now=JULY, numerator=Decimal(150), denominator=Decimal(200))

    found = finding(county)

    assert (found.verdict, found.method) == (Verdict.EFFECTIVE, Method.QUASI_BINOMIAL)
    assert found.change == Decimal("13.4")


def test_months_behind_a_quarterly_key_result_count_where_there_are_more(small_county: SmallCounty) -> None:
    county = checked_county(small_county, past=PAST[:2])
    months = [Period.parse("2025-04").shifted(-back) for back in range(8, 0, -1)]
    tell(county, dict(zip(months, PAST, strict=True)))

    check = register(county, plan())

    assert (check.cadence, check.earliest) == ("month", date(2026, 1, 1))


def test_a_finding_is_read_back_as_it_was_kept(county: SmallCounty) -> None:
    improved(county)
    found = finding(county)

    assert Finding.read_back(found.kept()) == found


def test_a_confirmed_effect_closes_the_action_and_registers_the_second_check(county: SmallCounty) -> None:
    improved(county)

    confirm(county, Verdict.EFFECTIVE)

    assert state(county) == (ActionState.VERIFIED, 1)
    first, second = county.rows(select(EffectCheck).order_by(col(EffectCheck.number)))
    assert (first.verdict, first.confirmed_by, first.found["verdict"]) == ("effective", SPONSOR, "effective")
    assert (second.number, second.counts_from, second.earliest) == (2, date(2026, 7, 1), date(2027, 4, 1))


def test_an_effect_is_confirmed_on_every_kind_of_database(engine: Engine) -> None:
    county = checked_county(SmallCounty.laid_out(engine))
    carried_out(county)
    improved(county)
    assert county.act(STRATEGY_OFFICE, propose_effects, now=JULY) == 1

    confirm(county, Verdict.EFFECTIVE)

    assert state(county) == (ActionState.VERIFIED, 1)


def test_no_effect_begins_the_next_round(county: SmallCounty) -> None:
    improved(county, ("91", "90", "92"))

    confirm(county, Verdict.NO_DEMONSTRABLE_EFFECT)

    assert state(county) == (ActionState.NOTIFIED, 2)


def test_before_the_figures_can_tell_nothing_is_confirmed_and_the_day_is_told(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        confirm(county, Verdict.EFFECTIVE, note="Kaikki sujuu")

    assert (refused.value.what.key, refused.value.what.values) == ("effect.not_before", {"until": date(2026, 7, 1)})
    assert state(county)[0] == ActionState.DONE


def test_where_figures_never_tell_an_effect_is_not_confirmed_and_another_round_is(small_county: SmallCounty) -> None:
    county = checked_county(small_county, past=())
    carried_out(county)

    with pytest.raises(InvalidInput) as refused:
        confirm(county, Verdict.EFFECTIVE, note="Kaikki sujuu")
    confirm(county, Verdict.NO_DEMONSTRABLE_EFFECT, note="Mittari on liian uusi")

    assert refused.value.what.key == "effect.never_from_these"
    assert state(county) == (ActionState.NOTIFIED, 2)


def test_a_verdict_other_than_the_proposed_one_needs_a_note(county: SmallCounty) -> None:
    improved(county)

    with pytest.raises(InvalidInput) as refused:
        confirm(county, Verdict.NO_DEMONSTRABLE_EFFECT)
    confirm(county, Verdict.NO_DEMONSTRABLE_EFFECT, note="Samaan aikaan muuttui muutakin")

    assert refused.value.what.key == "effect.differs_without_note"
    assert state(county) == (ActionState.NOTIFIED, 2)


@pytest.mark.parametrize("verdict", [Verdict.SUSTAINED, Verdict.CANNOT_BE_JUDGED_YET])
def test_what_only_a_second_look_can_say_is_refused_at_the_first(county: SmallCounty, verdict: Verdict) -> None:
    improved(county)

    with pytest.raises(InvalidInput) as refused:
        confirm(county, verdict, note="Varma")

    assert refused.value.what.key == "effect.no_such_verdict"


@pytest.mark.parametrize("who", [FIRST_LINE_OWNER, FIRST_LINE_DEPUTY, VIEWER, OUTSIDER])
def test_whoever_is_responsible_or_has_no_say_does_not_verify(county: SmallCounty, who: str) -> None:
    improved(county)

    with pytest.raises(NotAllowed):
        confirm(county, Verdict.EFFECTIVE, who)

    assert state(county)[0] == ActionState.DONE


@pytest.mark.parametrize("who", [SPONSOR, LEADERSHIP, STRATEGY_OFFICE])
def test_the_accountable_and_those_above_verify(county: SmallCounty, who: str) -> None:
    improved(county)

    assert seen(county, who).may_confirm
    confirm(county, Verdict.EFFECTIVE, who)

    assert state(county)[0] == ActionState.VERIFIED


def test_whoever_the_action_was_given_to_does_not_verify_though_they_lead(small_county: SmallCounty) -> None:
    county = checked_county(small_county)
    county.act(STRATEGY_OFFICE, assign, CODE, version=version(county), role="sponsor", person=None, due=IN_JULY)
    carried_out(county)
    improved(county)

    assert not seen(county, SPONSOR).may_confirm
    with pytest.raises(NotAllowed):
        confirm(county, Verdict.EFFECTIVE, SPONSOR)
    confirm(county, Verdict.EFFECTIVE, LEADERSHIP)

    assert state(county)[0] == ActionState.VERIFIED


def test_a_verifier_who_reported_it_done_does_not_verify(small_county: SmallCounty) -> None:
    county = checked_county(small_county)
    carried_out(county)
    with writing(county.engine, actor="test", now=NOW) as session:
        action = the_action(session)
        action.done_by = SPONSOR
        session.add(action)
    improved(county)

    with pytest.raises(NotAllowed):
        confirm(county, Verdict.EFFECTIVE, SPONSOR)


def test_an_action_that_has_moved_on_meanwhile_is_not_confirmed(county: SmallCounty) -> None:
    improved(county)

    with pytest.raises(StaleEdit):
        county.act(SPONSOR, confirm_effect, CODE, version=1, verdict=Verdict.EFFECTIVE, note="", now=JULY)


def test_an_action_that_is_not_done_has_no_effect_to_confirm(small_county: SmallCounty) -> None:
    county = checked_county(small_county)

    with pytest.raises(InvalidInput) as refused:
        confirm(county, Verdict.EFFECTIVE)

    assert refused.value.what.key == "action_steps.not_now.raised"


def test_an_effect_that_lasts_is_on_record(county: SmallCounty) -> None:
    improved(county)
    confirm(county, Verdict.EFFECTIVE)
    tell(county, dict(zip(AFTER_IT[3:], BETTER, strict=True)), now=NEXT_JULY)

    assert finding(county, 2, today=NEXT_JULY.date()).verdict == Verdict.SUSTAINED
    confirm_again(county, Verdict.SUSTAINED)

    assert state(county) == (ActionState.VERIFIED, 1)
    assert last_event(county).kind == ActionEventKind.SUSTAINED


def test_a_relapse_opens_the_action_again_with_its_reason(county: SmallCounty) -> None:
    relapsed(county)

    confirm_again(county, Verdict.RELAPSED)

    assert state(county) == (ActionState.NOTIFIED, 2)
    assert (last_event(county).kind, CODE in last_event(county).data["reason"]) == (ActionEventKind.REOPENED, True)


def test_a_relapse_joins_the_action_that_is_open_by_then(county: SmallCounty) -> None:
    relapsed(county)
    with writing(county.engine, actor="test", now=NEXT_JULY) as session:
        closed = the_action(session)
        same = {name: getattr(closed, name) for name in CorrectiveAction.model_fields}
        another = {"id": uuid4(), "code": "CA-2026-Q3-1", "state": ActionState.NOTIFIED, "closed_at": None}
        session.add(CorrectiveAction(**same | another))

    confirm_again(county, Verdict.RELAPSED)

    assert state(county) == (ActionState.VERIFIED, 1)
    (comment,) = county.rows(select(ActionEvent).where(ActionEvent.kind == ActionEventKind.COMMENTED))
    assert (comment.action_id, CODE in comment.data["text"]) == (other_id(county), True)


def test_the_second_check_is_confirmed_once(county: SmallCounty) -> None:
    improved(county)
    confirm(county, Verdict.EFFECTIVE)
    tell(county, dict(zip(AFTER_IT[3:], BETTER, strict=True)), now=NEXT_JULY)
    confirm_again(county, Verdict.SUSTAINED)

    with pytest.raises(StaleEdit):
        confirm_again(county, Verdict.SUSTAINED, LEADERSHIP)


def test_a_key_results_action_never_ceases_by_itself(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput), writing(county.engine, actor="test", now=NOW) as session:
        take_step(session, the_action(session), ActionEventKind.CEASED, {})

    assert state(county)[0] == ActionState.DONE


def test_what_was_confirmed_stays_as_it_was_though_figures_change(county: SmallCounty) -> None:
    improved(county)
    confirm(county, Verdict.EFFECTIVE)
    with writing(county.engine, actor="test", now=NEXT_JULY) as session:
        session.connection().exec_driver_sql("UPDATE measurement SET value = '10' WHERE period = '2026-Q1'")

    first = next(one for one in seen(county, SPONSOR).checks if not one.is_second)

    assert first.found.verdict == Verdict.EFFECTIVE


def test_an_outsider_sees_no_effect(county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        seen(county, OUTSIDER)


@pytest.mark.parametrize("language", Language)
def test_everything_a_verdict_rests_on_is_told_in_each_language(county: SmallCounty, language: Language) -> None:
    improved(county)
    view = seen(county, SPONSOR).checks[0]

    lines = [effect_in_words(view, language), *effect_rests_on(view, language)]

    assert len(lines) == 5
    assert not [one for one in lines if "«" in one or "{" in one]


def said(county: SmallCounty, today: date = IN_JULY) -> str:
    view = seen(county, SPONSOR, today).checks[0]
    return effect_in_words(view, Language.FI).replace("\N{NO-BREAK SPACE}", " ")


def relapsed(county: SmallCounty) -> None:
    improved(county)
    confirm(county, Verdict.EFFECTIVE)
    tell(county, dict(zip(AFTER_IT[3:], ("90", "91", "89"), strict=True)), now=NEXT_JULY)


def last_event(county: SmallCounty) -> ActionEvent:
    found: ActionEvent = county.rows(select(ActionEvent).order_by(col(ActionEvent.number).desc()))[0]
    return found


def other_id(county: SmallCounty) -> object:
    return county.rows(select(CorrectiveAction.id).where(CorrectiveAction.code != CODE))[0]
