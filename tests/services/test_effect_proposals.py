"""The worker says what the figures show of actions that wait for a verdict, once each time that it changes."""

import pytest
from sqlmodel import Session, col, select

from okr_engine.database import reading, writing
from okr_engine.model import ActionEvent, ActionEventKind, EffectCheck
from okr_engine.services.action_records import standing_of
from okr_engine.services.effect_findings import judged_all
from okr_engine.services.effect_proposals import has_news, propose_effects
from okr_engine.services.effect_verdicts import confirm_effect
from okr_engine.services.effect_views import lasting_to_confirm
from okr_engine.statistics.effects import Verdict
from okr_engine.workflow.lifecycle import replayed
from tests.services.checked_county import (
    AFTER_IT,
    BETTER,
    CODE,
    JULY,
    NEXT_JULY,
    carried_out,
    checked_county,
    plan,
    register,
    tell,
    the_action,
)
from tests.services.small_county import (
    FIRST_LINE_OWNER,
    LEADERSHIP,
    OUTSIDER,
    SPONSOR,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)
from tests.services.test_query_counts import counted


@pytest.fixture
def county(small_county: SmallCounty) -> SmallCounty:
    """The county with its action carried out."""
    carried_out(checked_county(small_county))
    return small_county


def check_of(county: SmallCounty, number: int = 1) -> EffectCheck:
    found: EffectCheck = county.rows(select(EffectCheck).where(EffectCheck.number == number))[0]
    return found


def checks(session: Session) -> list[EffectCheck]:
    return list(session.exec(select(EffectCheck)))


def test_a_proposal_is_kept_when_the_figures_say_something_new(county: SmallCounty) -> None:
    assert county.act(STRATEGY_OFFICE, propose_effects) == 1
    assert check_of(county).proposed == Verdict.CANNOT_BE_JUDGED_YET
    tell(county, dict(zip(AFTER_IT, BETTER, strict=False)), now=JULY)

    assert county.ask(has_news, today=JULY.date())
    assert county.act(STRATEGY_OFFICE, propose_effects, now=JULY) == 1

    check = check_of(county)
    assert (check.proposed, check.proposed_at) == (Verdict.EFFECTIVE, JULY)
    assert check.found is not None
    assert check.found["after"][0] == {"period": "2025-Q4", "value": "97"}


def test_what_has_not_changed_is_not_proposed_again(county: SmallCounty) -> None:
    county.act(STRATEGY_OFFICE, propose_effects)
    version = check_of(county).version

    assert not county.ask(has_news, today=TODAY)
    assert county.act(STRATEGY_OFFICE, propose_effects) == 0
    assert check_of(county).version == version


def test_a_second_check_is_proposed_once_the_first_is_confirmed(county: SmallCounty) -> None:
    confirmed_as_effective(county)
    a_year_later(county)

    assert county.act(STRATEGY_OFFICE, propose_effects, now=NEXT_JULY) == 1
    assert check_of(county, 2).proposed == Verdict.SUSTAINED


def test_those_who_may_confirm_it_are_asked_once_whether_the_effect_has_lasted(county: SmallCounty) -> None:
    confirmed_as_effective(county)
    county.act(STRATEGY_OFFICE, propose_effects, now=JULY)
    assert lasting_asked(county) == []

    a_year_later(county)
    county.act(STRATEGY_OFFICE, propose_effects, now=NEXT_JULY)
    tell(county, {AFTER_IT[-1].shifted(1): "97"}, now=NEXT_JULY)
    county.act(STRATEGY_OFFICE, propose_effects, now=NEXT_JULY)

    assert lasting_asked(county) == [[SPONSOR]]
    with reading(county.engine) as session:
        events = session.exec(select(ActionEvent).order_by(col(ActionEvent.number))).all()
        assert standing_of(the_action(session)) == replayed(events)


def test_a_check_whether_the_effect_has_lasted_waits_for_its_verifiers_and_for_nobody_else(county: SmallCounty) -> None:
    confirmed_as_effective(county)
    assert county.see(SPONSOR, lasting_to_confirm) == []

    a_year_later(county)
    county.act(STRATEGY_OFFICE, propose_effects, now=NEXT_JULY)

    for verifier in (SPONSOR, LEADERSHIP, STRATEGY_OFFICE):
        assert [one.code for one in county.see(verifier, lasting_to_confirm)] == [CODE]
    for other in (FIRST_LINE_OWNER, VIEWER, OUTSIDER):
        assert county.see(other, lasting_to_confirm) == []


def confirmed_as_effective(county: SmallCounty) -> None:
    tell(county, dict(zip(AFTER_IT, BETTER, strict=False)), now=JULY)
    with reading(county.engine) as session:
        version = the_action(session).version
    county.act(SPONSOR, confirm_effect, CODE, version=version, verdict=Verdict.EFFECTIVE, note="", now=JULY)


def a_year_later(county: SmallCounty) -> None:
    tell(county, dict(zip(AFTER_IT[len(BETTER) :], BETTER, strict=True)), now=NEXT_JULY)


def lasting_asked(county: SmallCounty) -> list[list[str]]:
    events = select(ActionEvent).where(col(ActionEvent.kind) == ActionEventKind.LASTING_PROPOSED)
    return [one.data["asked"] for one in county.rows(events)]


def test_ten_checks_are_judged_with_as_many_questions_as_one(county: SmallCounty) -> None:
    with reading(county.engine) as session, counted(county.engine) as for_one:
        judged_all(session, checks(session), today=JULY.date())
    same = check_of(county).model_dump(exclude={"id", "round"})
    with writing(county.engine, actor="test", now=JULY) as session:
        session.add_all(EffectCheck(**same, round=number) for number in range(2, 11))

    with reading(county.engine) as session, counted(county.engine) as for_ten:
        assert len(judged_all(session, checks(session), today=JULY.date())) == 10

    assert len(for_ten) == len(for_one)


def test_nothing_is_proposed_while_the_work_goes_on(small_county: SmallCounty) -> None:
    register(checked_county(small_county), plan())

    assert not small_county.ask(has_news, today=JULY.date())
    assert small_county.act(STRATEGY_OFFICE, propose_effects) == 0
