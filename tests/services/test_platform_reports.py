"""What a platform reports: it moves the action as far as the gates let it, once, and never closes it."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from connectors.platforms import known_platforms
from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import ForgedMessage, NotFound
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    ActionPlan,
    ActionState,
    CorrectiveAction,
    InboxMessage,
    OutboxMessage,
    ReportOutcome,
)
from okr_engine.services.action_records import standing_of, take_step
from okr_engine.services.inbox import proved, receive
from okr_engine.services.installation import Installation
from okr_engine.settings import Settings
from okr_engine.workflow.lifecycle import replayed
from okr_engine.workflow.signatures import signed
from tests.services.small_county import NOW, SmallCounty
from tests.workflow.receiving_server import SECRET, SECRET_BYTES
from tests.workflow.steps import ENDPOINT, with_endpoint

ACTION = "CA-2025-Q2-1"
PLAN = {"kind": "corrective", "steps": "Takaisinsoitto", "due": "2025-08-15", "root_cause_method": "five_whys"}
Kind = ActionEventKind


@pytest.fixture
def county(memory_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> SmallCounty:
    """The county with an automation that is told of every action and reports back."""
    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    county = SmallCounty.laid_out(memory_engine)
    with_endpoint(county.engine, "https://automation.example/hook")
    return county


def report(
    county: SmallCounty,
    state: str,
    message_id: str = "m-1",
    *,
    code: str = ACTION,
    by: str | None = None,
    at: datetime | None = None,
    endpoint: str = ENDPOINT,
    tampered: bytes = b"",
) -> ReportOutcome:
    place = Installation(Settings(), county.engine, county.rulebooks, clock=lambda: NOW)
    event = {"specversion": "1.0", "type": "okr.task.reported", "subject": code, "data": {"state": state, "by": by}}
    body = json.dumps(event | ({"time": at.isoformat()} if at else {})).encode()
    headers = signed(SECRET_BYTES, message_id=message_id, at=NOW, body=body)
    found, told, can_be_asked = proved(place, endpoint, headers, body + tampered, platforms=known_platforms(()))
    return receive(place, found, told, can_be_asked=can_be_asked)


def take(county: SmallCounty, *steps: tuple[ActionEventKind, dict[str, object]]) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == ACTION)).one()
        for kind, data in steps:
            take_step(session, action, kind, data)


def planned(county: SmallCounty, *happened: ActionEventKind) -> None:
    plan = ActionPlan.model_validate(PLAN | {"root_cause": "Ruuhka"}).model_dump(mode="json")
    if Kind.ACKNOWLEDGED not in happened:
        take(county, (Kind.ACKNOWLEDGED, {}))
    take(county, (Kind.PLANNED, {"plan": plan, "needs_criterion": False}))


def action(county: SmallCounty) -> CorrectiveAction:
    [found] = county.rows(select(CorrectiveAction).where(CorrectiveAction.code == ACTION))
    assert isinstance(found, CorrectiveAction)
    return found


def history(county: SmallCounty) -> list[ActionEvent]:
    query = select(ActionEvent).where(ActionEvent.action_id == action(county).id)
    return county.rows(query.order_by(col(ActionEvent.number)))


def kinds(county: SmallCounty) -> list[ActionEventKind]:
    return [one.kind for one in history(county)][1:]


@pytest.mark.parametrize(("state", "said"), [("in_progress", Kind.WORK_WITHOUT_PLAN), ("done", Kind.DONE_WITHOUT_PLAN)])
def test_progress_without_a_plan_acknowledges_and_is_kept_as_what_the_platform_says(
    county: SmallCounty, state: str, said: ActionEventKind
) -> None:
    assert report(county, state, by="Aino") is ReportOutcome.APPLIED

    assert kinds(county) == [Kind.ACKNOWLEDGED, said]
    assert action(county).state is ActionState.ACKNOWLEDGED
    assert {one.actor for one in history(county)[1:]} == {"platform:automation"}
    assert history(county)[-1].data == {"endpoint": ENDPOINT, "by": "Aino"}


def test_planned_work_is_started_and_done_there_and_never_closed(county: SmallCounty) -> None:
    planned(county)

    assert report(county, "done") is ReportOutcome.APPLIED

    assert kinds(county)[2:] == [Kind.STARTED, Kind.DONE]
    assert (action(county).state, action(county).closed_at) == (ActionState.DONE, None)


def test_what_follows_from_reports_is_what_the_history_replays_to(county: SmallCounty) -> None:
    planned(county)
    report(county, "in_progress", "m-1")
    report(county, "done", "m-2")

    assert replayed(history(county)) == standing_of(action(county))


def test_what_is_said_again_or_backwards_changes_nothing(county: SmallCounty) -> None:
    report(county, "done", "m-1")
    happened = kinds(county)

    repeated = [report(county, "done", "m-1"), report(county, "done", "m-2")]
    backwards = [report(county, "open", "m-3"), report(county, "open", "m-4")]

    assert repeated == [ReportOutcome.APPLIED, ReportOutcome.NOTHING_NEW]
    assert backwards == [ReportOutcome.NOTHING_NEW] * 2
    assert kinds(county) == happened


@pytest.mark.parametrize(
    ("state", "said", "steps"),
    [
        ("in_progress", Kind.WORK_WITHOUT_PLAN, [Kind.STARTED]),
        ("done", Kind.DONE_WITHOUT_PLAN, [Kind.STARTED, Kind.DONE]),
    ],
)
def test_what_was_told_before_there_was_a_plan_counts_when_it_is_told_again(
    county: SmallCounty, state: str, said: ActionEventKind, steps: list[ActionEventKind]
) -> None:
    early = [report(county, state, f"m-{number}") for number in range(3)]
    planned(county, *kinds(county))

    late = [report(county, state, f"n-{number}") for number in range(3)]

    assert early == late == [ReportOutcome.APPLIED, ReportOutcome.NOTHING_NEW, ReportOutcome.NOTHING_NEW]
    assert kinds(county) == [Kind.ACKNOWLEDGED, said, Kind.PLANNED, *steps]


def test_what_was_taken_back_before_there_was_a_plan_does_not_count(county: SmallCounty) -> None:
    report(county, "done", "m-1")
    report(county, "open", "m-2")
    planned(county, *kinds(county))

    assert report(county, "open", "m-3") is ReportOutcome.NOTHING_NEW

    assert action(county).state is ActionState.PLANNED


def test_a_message_that_was_overtaken_on_its_way_changes_nothing(county: SmallCounty) -> None:
    report(county, "open", "m-2", at=NOW - timedelta(minutes=1))

    assert report(county, "done", "m-1", at=NOW - timedelta(minutes=2)) is ReportOutcome.OUTDATED

    assert kinds(county) == []


def test_a_message_from_the_future_does_not_silence_what_comes_after_it(county: SmallCounty) -> None:
    report(county, "open", "m-1", at=NOW + timedelta(days=900))

    assert report(county, "in_progress", "m-2", at=NOW) is ReportOutcome.APPLIED


def test_done_counts_again_in_the_next_round(county: SmallCounty) -> None:
    planned(county)
    report(county, "done", "m-1")
    take(county, (Kind.INEFFECTIVE, {"verdict": "no_effect", "verified_by": "somebody-else"}))

    assert report(county, "done", "m-2") is ReportOutcome.APPLIED

    assert kinds(county)[-2:] == [Kind.ACKNOWLEDGED, Kind.DONE_WITHOUT_PLAN]


def test_a_message_under_an_id_of_ours_is_an_echo(county: SmallCounty) -> None:
    take(county, (Kind.NOTIFIED, {}))
    [own] = county.rows(select(OutboxMessage.id))

    assert report(county, "done", str(own)) is ReportOutcome.ECHO

    assert action(county).state is ActionState.NOTIFIED


def test_a_report_about_a_closed_or_unknown_action_is_kept_with_what_was_done(county: SmallCounty) -> None:
    take(county, (Kind.DISMISSED, {"reason": "Ei toteuteta"}))

    report(county, "done", "m-1")
    report(county, "done", "m-2", code="CA-X-99")

    kept = county.rows(select(InboxMessage).order_by(col(InboxMessage.message_id)))
    assert [(one.code, one.outcome) for one in kept] == [
        (ACTION, ReportOutcome.CLOSED),
        ("CA-X-99", ReportOutcome.UNKNOWN),
    ]
    assert action(county).state is ActionState.DISMISSED


def test_a_report_that_is_forged_or_comes_to_no_endpoint_leaves_no_trace(county: SmallCounty) -> None:
    with pytest.raises(ForgedMessage):
        report(county, "done", tampered=b" ")
    with pytest.raises(NotFound):
        report(county, "done", endpoint="nowhere")

    assert county.rows(select(InboxMessage)) == []
