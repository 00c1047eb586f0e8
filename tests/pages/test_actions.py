"""Actions and one action: what is open and on whose desk, and each step taken from the page."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.model import ActionEventKind, CorrectiveAction
from okr_engine.services.action_records import event_of
from tests.pages.conftest import Visit, sections, words
from tests.pages.test_my_work import OWNER, SPONSOR, STRATEGY_OFFICE, VIEWER, press, said, shown

CODE = "CA-2025-Q2-1"
ACTION = f"action.{CODE}"


def actions(visit: Visit, who: str, **more: str) -> AppTest:
    return visit(who, page="actions.py", period="2025-Q2", **more)


def record(visit: Visit, who: str) -> AppTest:
    return visit(who, page="action.py", period="2025-Q2", code=CODE)


def cells(app: AppTest) -> list[list[str]]:
    """The rows of the first table, each cell's words together."""
    return [[" ".join(words(part) for part in cell) for cell in row["cells"]] for row in sections(app)[0]["rows"]]


def in_days(days: int) -> date:
    return now().date() + timedelta(days=days)


def planned(visit: Visit) -> AppTest:
    """The owner has acknowledged the action, and fills in its plan."""
    app = press(record(visit, OWNER), f"{ACTION}.next")
    for field, value in (("steps", "Takaisinsoitto kahdessa tunnissa"), ("root_cause", "Ruuhka aamulla")):
        app.text_area(key=f"{ACTION}.plan.{field}").set_value(value)
    app.selectbox(key=f"{ACTION}.plan.root_cause_method").set_value("five_whys")
    app.date_input(key=f"{ACTION}.plan.due").set_value(in_days(30))
    app.date_input(key=f"{ACTION}.plan.counts_from").set_value(in_days(31))
    for field, value in (("expected", "5,5"), ("readings", "3")):
        app.text_input(key=f"{ACTION}.plan.{field}").set_value(value)
    return press(app, f"{ACTION}.plan.save")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("page", ["actions.py", "action.py"])
def test_everybody_sees_both_pages_whole_in_every_language(visit: Visit, page: str, language: str) -> None:
    app = visit(VIEWER, page=page, period="2025-Q2", code=CODE, language=language)
    assert not app.exception
    assert "CA-2025-Q2-1" in shown(app) + str([one.value for one in app.title])


def test_the_list_tells_desk_reason_and_next_step(visit: Visit) -> None:
    ((name, why, state, desk, step, due),) = cells(actions(visit, STRATEGY_OFFICE))
    assert CODE in name
    assert "70,11" in why
    assert (state, step.startswith("Ota vastaan")) == ("Havaittu", True)
    assert "alkaen" in desk
    assert due


def test_the_board_puts_the_action_into_the_column_of_its_stage(visit: Visit) -> None:
    app = actions(visit, STRATEGY_OFFICE)
    app.segmented_control(key="actions.layout").set_value("board").run()

    ((_rank, to_acknowledge, *others),) = cells(app)

    assert CODE in to_acknowledge
    assert [one.strip() for one in others] == ["", "", ""]


def test_from_acknowledging_to_done_on_the_page(visit: Visit) -> None:
    app = planned(visit)
    assert "Toimenpide on tallennettu" in said(app) or not app.error
    assert "Takaisinsoitto kahdessa tunnissa" in shown(app)

    press(app, f"{ACTION}.next")
    app = press(record(visit, OWNER), f"{ACTION}.next")

    assert "Tehty, vaikutus todentamatta" in shown(app)
    assert f"{ACTION}.next" not in [one.key for one in app.button]


def test_a_plan_without_a_criterion_is_refused_and_nothing_typed_is_lost(visit: Visit) -> None:
    app = press(record(visit, OWNER), f"{ACTION}.next")
    app.text_area(key=f"{ACTION}.plan.steps").set_value("Jotakin")

    press(app, f"{ACTION}.plan.save")

    assert "Suunnitelmasta puuttuu jotakin" in "\n".join(one.value for one in app.error)
    assert app.text_area(key=f"{ACTION}.plan.steps").value == "Jotakin"


def test_a_plan_typed_while_somebody_else_dismissed_the_action_stays_in_sight(visit: Visit) -> None:
    app = press(record(visit, OWNER), f"{ACTION}.next")
    app.text_area(key=f"{ACTION}.plan.steps").set_value("Kaksi takaisinsoittajaa lisää")
    app.text_area(key=f"{ACTION}.plan.root_cause").set_value("Ruuhka aamulla")
    app.selectbox(key=f"{ACTION}.plan.root_cause_method").set_value("other")
    app.date_input(key=f"{ACTION}.plan.due").set_value(in_days(30))
    app.date_input(key=f"{ACTION}.plan.counts_from").set_value(in_days(31))
    for field, value in (("expected", "5,5"), ("readings", "3")):
        app.text_input(key=f"{ACTION}.plan.{field}").set_value(value)
    theirs = record(visit, SPONSOR)
    theirs.segmented_control(key=f"{ACTION}.deed").set_value("dismiss").run()
    theirs.date_input(key=f"{ACTION}.dismiss.until").set_value(in_days(60))
    theirs.text_input(key=f"{ACTION}.dismiss.reason").set_value("Hankinta ratkaisee")
    press(theirs, f"{ACTION}.dismiss.save")

    press(app, f"{ACTION}.plan.save")

    assert app.text_area(key=f"{ACTION}.plan.steps").value == "Kaksi takaisinsoittajaa lisää"
    assert f"{ACTION}.plan.save_mine" in [one.key for one in app.button]


def test_support_is_asked_for_and_answered(visit: Visit) -> None:
    app = record(visit, OWNER)
    app.segmented_control(key=f"{ACTION}.deed").set_value("support").run()
    app.text_area(key=f"{ACTION}.support.need").set_value("Kaksi sairaanhoitajaa")
    app.selectbox(key=f"{ACTION}.support.role").select_index(1)
    app.date_input(key=f"{ACTION}.support.by").set_value(in_days(7))
    press(app, f"{ACTION}.support.save")

    app = visit(SPONSOR, page="my_work.py", period="2025-Q2")
    form = f"support.{CODE}.1"
    app.segmented_control(key=f"{form}.answer").set_value("partly")
    app.text_area(key=f"{form}.text").set_value("Yksi heti")
    press(app, f"{form}.save")

    assert "Saa osan: Yksi heti" in shown(record(visit, OWNER))


def test_every_step_of_the_history_is_a_whole_sentence(visit: Visit, database: Path) -> None:
    kept = {kind: dict(TOLD) for kind in ActionEventKind}
    for kind in FROM_PLATFORMS:
        kept[kind] |= {"endpoint": "kalenteri", "by": "Aino"}
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor="owner-first-line") as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == CODE)).one()
        for number, (kind, data) in enumerate(kept.items(), start=100):
            session.add(event_of(session, action.id, number, kind, data))
    engine.dispose()

    found = shown(record(visit, OWNER))

    assert "{" not in found
    for sentence in ("Kommentti: Soitettu", "Avattu uudelleen: Soitettu", "vastaus viimeistään 31.8.2025"):
        assert sentence in found


FROM_PLATFORMS = (
    ActionEventKind.TASK_GONE,
    ActionEventKind.TASK_RESENT,
    ActionEventKind.WORK_WITHOUT_PLAN,
    ActionEventKind.DONE_WITHOUT_PLAN,
)
TOLD = {
    "text": "Soitettu",
    "reason": "Soitettu",
    "by": "2025-08-31",
    "due": "2025-09-30",
    "period": "2025-Q2",
    "asked": ["owner-first-line"],
}


def test_who_may_only_read_is_offered_no_step(visit: Visit) -> None:
    app = record(visit, VIEWER)
    assert [one.key for one in app.button if one.key and one.key.startswith(ACTION)] == []


def test_an_action_that_there_is_not_leads_back_to_the_list(visit: Visit) -> None:
    app = visit(OWNER, page="action.py", period="2025-Q2", code="CA-1999-Q1-1")
    assert "ei ole" in "\n".join(one.value for one in app.error)
