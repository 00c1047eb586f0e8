"""The effect of an action on a page: what the figures say first, and the form for whoever may confirm it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.model import (
    ActionEventKind,
    ActionPlan,
    ActionState,
    ComparabilityBreak,
    CorrectiveAction,
    Criterion,
    EffectCheck,
    Indicator,
    KeyResult,
    Measurement,
    RootCauseMethod,
)
from okr_engine.periods import Period
from okr_engine.services.action_records import take_step
from okr_engine.services.effect_checks import register_effect_check
from okr_engine.statistics.effects import Verdict
from tests.pages.conftest import Visit, sections, spaced

PAGE = Path(__file__).with_name("effect_script.py")
CODE = "CA-2025-Q2-1"
OFFICE = "strategy-office@county.example"
OWNER = "owner-first-line@county.example"
FORM = f"effect.{CODE}.1.1"
PAST = (90, 92, 89, 91, 90.5, 91.5, 89.5)
OCTOBER = Period.parse("2025-Q4")


@pytest.fixture
def database(database: Path) -> Path:
    """The demo with a longer past of its red key result, whose action its owner has carried out."""
    act(database, carry_out)
    return database


def act(database: Path, deed: Callable[[Session], None]) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor="owner-first-line", now=now()) as session:
        deed(session)
    engine.dispose()


def carry_out(session: Session) -> None:
    for one in session.exec(select(ComparabilityBreak)):
        one.withdrawn = True
    action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == CODE)).one()
    key_result = session.get_one(KeyResult, action.key_result_id)
    indicator = session.get_one(Indicator, key_result.indicator_id)
    for back, value in enumerate(PAST, start=2):
        session.add(figure(key_result, action.period.shifted(-back), value))
    plan = ActionPlan(
        steps="Lisää takaisinsoittoja",
        due=date(2025, 9, 30),
        root_cause_method=RootCauseMethod.FIVE_WHYS,
        root_cause="Puhelut ruuhkautuvat maanantaisin",
        criterion=Criterion(indicator=indicator.code, expected=Decimal(5), readings=3, counts_from=OCTOBER.start),
    )
    take_step(session, action, ActionEventKind.ACKNOWLEDGED, {})
    take_step(session, action, ActionEventKind.PLANNED, {"plan": plan.model_dump(mode="json"), "needs_criterion": True})
    register_effect_check(session, action, plan)
    take_step(session, action, ActionEventKind.STARTED, {})
    take_step(session, action, ActionEventKind.DONE, {})


def improve(session: Session) -> None:
    key_result = session.exec(select(KeyResult).where(KeyResult.code == "A1.1")).one()
    session.add_all(figure(key_result, OCTOBER.shifted(later), value) for later, value in enumerate((97, 96, 98)))


def figure(key_result: KeyResult, period: Period, value: float) -> Measurement:
    return Measurement(
        indicator_id=key_result.indicator_id,
        unit_id=key_result.unit_id,
        period=period,
        period_start=period.start,
        value=Decimal(str(value)),
        recorded_at=now(),
        recorded_by="test",
        source="file:past.xlsx",
    )


def effect(visit: Visit, who: str, **more: str) -> AppTest:
    """The component alone, seen by somebody: signed in as on every page."""
    seen = visit(who, **more)
    app = AppTest.from_file(PAGE, default_timeout=30)
    app.session_state["language"] = more.get("language", "fi")
    app.user = seen.user
    app.query_params["code"] = CODE
    return app.run()


def said(app: AppTest) -> str:
    texts = (one.value for kind in (app.markdown, app.info, app.error) for one in kind)
    return spaced("\n".join(text.replace("\\", "") for text in texts))


def state(database: Path) -> ActionState:
    engine = connect(f"sqlite:///{database}")
    with Session(engine) as session:
        found = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == CODE)).one().state
    engine.dispose()
    return found


def test_a_verifier_reads_what_the_figures_say_and_confirms_it(visit: Visit, database: Path) -> None:
    act(database, improve)
    app = effect(visit, OFFICE)
    assert "Toimenpide on vaikuttanut: luku on parantunut" in said(app)
    assert len(sections(app)[0]["rows"]) == len(PAST) + 1 + 3

    app.button(key=f"{FORM}.confirm").click().run()

    assert state(database) == ActionState.VERIFIED
    assert "Vahvistettu: Vaikutus todettu." in said(app)
    assert "Toinen tarkastelu: kestikö vaikutus?" in said(app)


@pytest.mark.parametrize(("who", "count"), [(OFFICE, 1), (OWNER, 0)])
def test_a_second_check_that_can_be_confirmed_stands_on_my_work_of_its_verifiers(
    visit: Visit, database: Path, who: str, count: int
) -> None:
    act(database, improve)
    effect(visit, OFFICE).button(key=f"{FORM}.confirm").click().run()
    act(database, propose_that_it_lasted)

    links = [one.proto.label for one in visit(who, page="my_work.py").get("page_link")]

    assert (
        len([one for one in links if f"Vahvista, onko toimenpiteen {CODE} vaikutus kestänyt" in spaced(one)]) == count
    )


def propose_that_it_lasted(session: Session) -> None:
    second = session.exec(select(EffectCheck).where(EffectCheck.number == 2)).one()
    second.proposed = Verdict.SUSTAINED.value


def test_another_verdict_without_a_reason_is_refused_and_stays_chosen(visit: Visit, database: Path) -> None:
    act(database, improve)
    app = effect(visit, OFFICE)
    app.selectbox(key=f"{FORM}.verdict").select("no_demonstrable_effect")

    app.button(key=f"{FORM}.confirm").click().run()

    assert "Kirjaa perustelu" in said(app)
    assert state(database) == ActionState.DONE


def test_whoever_carried_it_out_is_told_who_confirms(visit: Visit, database: Path) -> None:
    act(database, improve)

    app = effect(visit, OWNER)

    assert "Arvio odottaa vahvistusta" in said(app)
    assert not app.button


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_before_the_figures_can_tell_there_is_nothing_to_confirm(visit: Visit, language: str) -> None:
    app = effect(visit, OFFICE, language=language)

    assert not app.exception
    assert not app.button
    assert "«" not in said(app)
