"""A corrective action from its first sight to its end: who may take which step, what must hold, what is on record."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionPlan,
    ActionState,
    CorrectiveAction,
    Criterion,
    RootCauseMethod,
    SupportAnswer,
    SupportRequest,
)
from okr_engine.services.action_records import standing_of
from okr_engine.services.action_steps import acknowledge, assign, comment, dismiss, extend, finish, plan, reopen, start
from okr_engine.services.support_requests import answer_request, ask_for_support, requests_on_my_desk, support_requests
from okr_engine.workflow.lifecycle import CLOSED, replayed
from tests.services.escalating import at, fire, is_away
from tests.services.small_county import (
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    LEADERSHIP,
    OUTSIDER,
    SPONSOR,
    TODAY,
    VIEWER,
    SmallCounty,
)

CODE = "CA-2025-Q2-1"
IN_AUGUST = date(2025, 8, 31)
IN_AUTUMN = date(2025, 10, 1)


@pytest.fixture
def county(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def the_action(county: SmallCounty) -> CorrectiveAction:
    action: CorrectiveAction = county.rows(select(CorrectiveAction).where(CorrectiveAction.code == CODE))[0]
    return action


def history(county: SmallCounty) -> list[ActionEvent]:
    events = select(ActionEvent).where(ActionEvent.action_id == the_action(county).id)
    found: list[ActionEvent] = county.rows(events.order_by(col(ActionEvent.number)))
    return found


def a_plan(county: SmallCounty, *, due: date = IN_AUGUST, with_criterion: bool = True) -> ActionPlan:
    criterion = Criterion(indicator="promise", expected=Decimal(5), readings=3, counts_from=IN_AUTUMN)
    return ActionPlan(
        steps="Takaisinsoitto kahdessa tunnissa",
        due=due,
        root_cause_method=RootCauseMethod.FIVE_WHYS,
        root_cause="Ruuhka aamulla",
        criterion=criterion if with_criterion else None,
    )


def step(county: SmallCounty, verb: Any, who: str = FIRST_LINE_OWNER, **given: Any) -> None:
    county.act(who, verb, CODE, version=the_action(county).version, **given)


def at_work(county: SmallCounty) -> None:
    step(county, acknowledge)
    step(county, plan, plan=a_plan(county))
    step(county, start)


def test_the_way_from_raised_to_done_is_on_record_and_replays_to_the_row(county: SmallCounty) -> None:
    at_work(county)
    step(county, finish)

    action = the_action(county)
    assert action.state == ActionState.DONE
    assert (action.due, action.done_by, action.closed_at) == (IN_AUGUST, FIRST_LINE_OWNER, None)
    kinds = [one.kind.value for one in history(county)]
    assert kinds == ["raised", "acknowledged", "planned", "started", "done"]
    assert replayed(history(county)) == standing_of(action)


@pytest.mark.parametrize("verb", [start, finish])
def test_no_work_begins_without_a_plan(county: SmallCounty, verb: Any) -> None:
    step(county, acknowledge)

    with pytest.raises(InvalidInput) as refused:
        step(county, verb)

    assert refused.value.what.key == "action_steps.not_now.acknowledged"
    assert len(history(county)) == 2


def test_a_plan_says_how_its_effect_will_be_seen(county: SmallCounty) -> None:
    step(county, acknowledge)

    with pytest.raises(InvalidInput) as refused:
        step(county, plan, plan=a_plan(county, with_criterion=False))

    assert refused.value.what.key == "action_steps.no_criterion"


def test_planning_anew_needs_a_reason(county: SmallCounty) -> None:
    at_work(county)
    with pytest.raises(InvalidInput):
        step(county, plan, plan=a_plan(county, due=IN_AUTUMN))

    step(county, plan, plan=a_plan(county, due=IN_AUTUMN), reason="Rekrytointi viivästyi")

    action = the_action(county)
    assert (action.state, action.due) == (ActionState.PLANNED, IN_AUTUMN)


def test_a_later_day_is_counted_and_an_earlier_one_refused(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput):
        step(county, extend, due=the_action(county).due, reason="Sama päivä")
    with pytest.raises(InvalidInput):
        step(county, extend, due=IN_AUTUMN, reason=" ")

    step(county, extend, due=IN_AUTUMN, reason="Kesälomat")

    action = the_action(county)
    assert (action.due, action.extensions, action.state) == (IN_AUTUMN, 1, ActionState.RAISED)


def test_two_people_at_once_are_told_that_somebody_was_quicker(county: SmallCounty) -> None:
    version = the_action(county).version
    county.act(FIRST_LINE_OWNER, acknowledge, CODE, version=version)

    with pytest.raises(StaleEdit):
        county.act(FIRST_LINE_DEPUTY, acknowledge, CODE, version=version)


def test_only_who_answers_for_it_dismisses_it_and_only_until_a_day(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        step(county, dismiss, INTEGRATED_OWNER, accept_until=IN_AUTUMN, reason="Ei nyt")
    with pytest.raises(InvalidInput):
        step(county, dismiss, SPONSOR, accept_until=TODAY - timedelta(days=1), reason="Ei nyt")

    step(county, dismiss, SPONSOR, accept_until=IN_AUTUMN, reason="Hankinta ratkaisee asian")

    action = the_action(county)
    assert (action.state, action.accept_until, action.clock_at) == (ActionState.DISMISSED, IN_AUTUMN, None)
    assert action.closed_at is not None


def test_a_closed_action_comes_back_in_its_next_round_without_its_plan(county: SmallCounty) -> None:
    at_work(county)
    step(county, dismiss, SPONSOR, accept_until=IN_AUTUMN, reason="Hankinta ratkaisee asian")

    step(county, reopen, SPONSOR, reason="Hankinta peruuntui")

    action = the_action(county)
    assert (action.state, action.round, action.plan, action.closed_at) == (ActionState.NOTIFIED, 2, None, None)
    assert action.clock_at is not None
    assert action.due == TODAY + timedelta(days=30)
    assert replayed(history(county)) == standing_of(action)


def test_a_comment_changes_nothing_but_the_history(county: SmallCounty) -> None:
    before = standing_of(the_action(county))

    step(county, comment, text="Soitettu tiimille")

    assert standing_of(the_action(county)) == before
    assert history(county)[-1].data == {"text": "Soitettu tiimille"}


def test_support_is_asked_of_a_role_in_the_chain_and_its_answer_is_on_record(county: SmallCounty) -> None:
    step(county, acknowledge)
    step(county, ask_for_support, need="Kaksi sairaanhoitajaa", role="sponsor", by=IN_AUGUST)
    (request,) = county.see(SPONSOR, requests_on_my_desk)
    assert (request.need, request.by, request.is_mine) == ("Kaksi sairaanhoitajaa", IN_AUGUST, True)

    with pytest.raises(NotAllowed):
        county.act(FIRST_LINE_OWNER, answer_request, CODE, 1, answer=SupportAnswer.GIVEN, text="Joo")
    given: dict[str, Any] = {"answer": SupportAnswer.PARTLY, "text": "Yksi elokuussa"}
    county.act(SPONSOR, answer_request, CODE, 1, **given)

    (answered,) = county.see(FIRST_LINE_OWNER, support_requests, CODE)
    assert (answered.answer, answered.answered_by) == (SupportAnswer.PARTLY, SPONSOR)
    assert county.see(SPONSOR, requests_on_my_desk) == []
    with pytest.raises(StaleEdit) as quicker:
        county.act(LEADERSHIP, answer_request, CODE, 1, **given)
    assert (quicker.value.theirs, quicker.value.saved_by) == ("Yksi elokuussa", "Sponsor")


def test_whoever_is_reminded_of_a_call_for_support_finds_it_on_their_desk_and_answers_it(county: SmallCounty) -> None:
    step(county, ask_for_support, need="Kaksi sairaanhoitajaa", role="sponsor", by=IN_AUGUST)
    assert county.see(LEADERSHIP, requests_on_my_desk) == []
    for day in ("2025-07-22", "2025-07-31"):
        fire(county, at(day))
    assert LEADERSHIP in reminded_of_support(county)

    (request,) = county.see(LEADERSHIP, requests_on_my_desk)
    assert request.is_mine
    county.act(LEADERSHIP, answer_request, CODE, request.number, answer=SupportAnswer.GIVEN, text="Saatte ne")


def test_whoever_is_asked_for_support_while_the_role_is_away_finds_it_on_their_desk(county: SmallCounty) -> None:
    is_away(county, SPONSOR)

    step(county, ask_for_support, need="Kaksi sairaanhoitajaa", role="sponsor", by=IN_AUGUST)

    assert [one.is_mine for one in county.see(LEADERSHIP, requests_on_my_desk)] == [True]


def test_a_call_for_support_is_read_only_by_whoever_may_read_the_action(county: SmallCounty) -> None:
    step(county, ask_for_support, need="Kaksi sairaanhoitajaa", role="sponsor", by=IN_AUGUST)

    assert len(county.see(VIEWER, support_requests, CODE)) == 1
    with pytest.raises(NotFound):
        county.see(OUTSIDER, support_requests, CODE)


def test_a_call_for_support_rests_while_the_action_is_closed_and_is_asked_again_in_its_next_round(
    county: SmallCounty,
) -> None:
    step(county, ask_for_support, need="Kaksi sairaanhoitajaa", role="sponsor", by=IN_AUGUST)
    step(county, dismiss, SPONSOR, accept_until=IN_AUTUMN, reason="Hankinta ratkaisee asian")
    fire(county, at("2025-07-31"))
    assert county.see(SPONSOR, requests_on_my_desk) == []

    step(county, reopen, SPONSOR, reason="Hankinta peruuntui")

    (request,) = county.rows(select(SupportRequest))
    assert request.clock_at is not None
    assert len(county.see(SPONSOR, requests_on_my_desk)) == 1


def reminded_of_support(county: SmallCounty) -> list[str]:
    return next(one.data["asked"] for one in reversed(history(county)) if "support_request" in one.data)


def test_every_open_state_has_a_clock_and_no_closed_one(county: SmallCounty) -> None:
    steps: list[tuple[Any, dict[str, Any]]] = [
        (acknowledge, {}),
        (plan, {"plan": a_plan(county)}),
        (start, {}),
        (finish, {}),
    ]
    for verb, given in steps:
        assert the_action(county).clock_at is not None
        step(county, verb, **given)
    step(county, dismiss, SPONSOR, accept_until=IN_AUTUMN, reason="Riski hyväksytään")
    assert the_action(county).state in CLOSED
    assert the_action(county).clock_at is None


def test_what_happened_is_never_taken_back(county: SmallCounty) -> None:
    at_work(county)
    numbers = [one.number for one in history(county)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert history(county)[2].kind == ActionEventKind.PLANNED


def test_whoever_has_the_work_cannot_wave_it_away(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        step(county, dismiss, FIRST_LINE_OWNER, accept_until=IN_AUTUMN, reason="En ehdi")
    with pytest.raises(InvalidInput):
        step(county, dismiss, SPONSOR, accept_until=TODAY + timedelta(days=731), reason="Ikuisesti")

    assert the_action(county).closed_at is None


def test_a_later_day_given_with_the_work_counts_as_putting_it_off(county: SmallCounty) -> None:
    later = [the_action(county).due + timedelta(days=30 * times) for times in (1, 2)]
    for due in later:
        step(county, assign, role="first-line-owner", person=None, due=due)

    action = the_action(county)
    assert (action.due, action.extensions, action.level) == (later[-1], 2, 2)
    assert history(county)[-1].kind == ActionEventKind.ESCALATED
    assert replayed(history(county)) == standing_of(action)
