"""The overview: figures by status, what wants attention, every goal by priority."""

from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.model import Goal, KeyResult
from okr_engine.model.rows import Row
from okr_engine.periods import Period
from okr_engine.services.evaluation import evaluate
from okr_engine.services.installation import read_rulebooks
from tests.pages.conftest import Visit, sections, words

STRATEGY_OFFICE = "strategy-office@county.example"
CITY_LEADERSHIP = "city-leadership@city.example"


def column(app: AppTest, heading: str, title: str) -> list[str]:
    """What stands in one column of the table under `heading`, row by row."""
    table = next(one for one in sections(app) if one["heading"] == heading)
    index = [one["title"] for one in table["columns"]].index(title)
    return [" ".join(words(part) for part in row["cells"][index]) for row in table["rows"]]


def test_the_overview_counts_the_key_results_by_status(visit: Visit) -> None:
    overview = visit(STRATEGY_OFFICE)

    assert [one.value for one in overview.metric] == ["4 / 5", "1 / 5", "0 / 5", "0 / 5"]
    assert "Mitattu 5/5 avaintuloksesta." in [one.value for one in overview.caption]


def test_the_newest_quarter_is_shown_unless_the_address_asks_for_another(visit: Visit) -> None:
    newest, asked = visit(STRATEGY_OFFICE), visit(STRATEGY_OFFICE, period="2025-Q1")

    assert newest.selectbox("main.period").value == "2025-Q2"
    assert asked.selectbox("main.period").value == "2025-Q1"


def test_a_quarter_that_does_not_exist_is_answered_with_the_newest(visit: Visit) -> None:
    overview = visit(STRATEGY_OFFICE, period="1899-Q9")

    assert overview.selectbox("main.period").value == "2025-Q2"
    assert not overview.exception


def test_the_chosen_quarter_goes_into_the_address(visit: Visit) -> None:
    overview = visit(STRATEGY_OFFICE)

    overview.selectbox("main.period").set_value("2025-Q1").run()

    assert overview.query_params["period"] == "2025-Q1"
    assert overview.selectbox("main.period").value == "2025-Q1"


def test_an_open_corrective_action_wants_attention_and_says_why_and_with_whom(visit: Visit) -> None:
    overview = visit(STRATEGY_OFFICE)

    assert column(overview, "Huomiota tarvitsevat", "Avaintulos") == [
        " A1.1 Ensikontakti luvatussa ajassa kaikissa kanavissa"
    ]
    assert "70,11 %" in column(overview, "Huomiota tarvitsevat", "Miksi")[0]
    assert column(overview, "Huomiota tarvitsevat", "Kenellä") == ["Tavoitteen omistaja, ensilinja"]


def test_what_wants_attention_stands_before_the_goals(visit: Visit) -> None:
    headings = [one["heading"] for one in sections(visit(STRATEGY_OFFICE))]

    assert headings[0] == "Huomiota tarvitsevat"
    assert len(headings) == 3


def test_a_goal_says_how_many_reds_hide_behind_its_status_and_how_much_is_measured(visit: Visit) -> None:
    overview = visit(STRATEGY_OFFICE)
    goals = sections(overview)[1]

    roll_up = column(overview, goals["heading"], "Avaintulosten tilanne")

    assert roll_up == ["1 haasteissa · 2 etenee · 3/3 mitattu 3 KPI-mittaria"]


def test_a_goal_carries_a_real_address(visit: Visit) -> None:
    goal_link = sections(visit(STRATEGY_OFFICE))[1]["rows"][0]["cells"][0][0]

    assert (goal_link["page"], goal_link["params"]) == ("goal", {"code": "A1"})


def test_a_hundred_goals_with_five_hundred_key_results_stay_one_small_element(visit: Visit, database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        goal = session.exec(select(Goal).where(Goal.code == "A1")).one()
        known = session.exec(select(KeyResult).where(KeyResult.goal_id == goal.id)).all()[:5]
        for number in range(98):
            copied = copy_of(goal, code=f"A1-{number}")
            session.add(copied)
            session.flush()
            session.add_all(copy_of(one, code=f"{one.code}-{number}", goal_id=copied.id) for one in known)
        session.flush()
        evaluate(session, OPERATOR, [Period.parse("2025-Q2")], read_rulebooks())
    engine.dispose()

    overview = visit(STRATEGY_OFFICE)
    drawn = [one.proto.json for one in overview.get("bidi_component")]

    assert len(overview.get("bidi_component")) == 2
    assert sum(len(one["rows"]) for one in sections(overview)[1:]) == 100
    assert sum(map(len, drawn)) < 110 * 1024


def copy_of(row: Row, **changed: object) -> Row:
    given = row.model_dump(exclude={"id", "version"}) | changed
    return type(row)(**given)


def test_nothing_that_wants_attention_is_said_in_words(visit: Visit) -> None:
    attention = sections(visit(CITY_LEADERSHIP))[0]

    assert attention["rows"] == []
    assert attention["notes"] == ["Avoimia korjaavia toimenpiteitä ei ole, eikä mikään avaintulos tarvitse tukea."]


def test_missing_figures_are_counted_and_never_green(visit: Visit) -> None:
    overview = visit(CITY_LEADERSHIP)

    assert [one.value for one in overview.metric] == ["0 / 2", "0 / 2", "0 / 2", "2 / 2"]


def test_nobody_sees_the_goals_of_a_unit_beyond_their_reach(visit: Visit) -> None:
    shown = str(sections(visit(CITY_LEADERSHIP)))

    assert "C1 " in shown
    assert "A1 " not in shown


@pytest.mark.parametrize(("language", "heading"), [("fi", "Tilannekuva"), ("sv", "Lägesbild"), ("en", "Overview")])
def test_the_overview_speaks_the_chosen_language(visit: Visit, language: str, heading: str) -> None:
    overview = visit(STRATEGY_OFFICE, language=language)

    assert overview.title[0].value == heading
    assert "«" not in str(sections(overview))


def test_an_empty_installation_says_what_to_do(visit_nothing: Visit) -> None:
    overview = visit_nothing("steward@example.org")

    assert "Tietovastaava tai strategiayksikkö tuo tiedot" in overview.info[0].value
    assert not overview.metric


def test_the_way_to_the_import_is_shown_to_whoever_may_import(visit_nothing: Visit) -> None:
    steward, viewer = visit_nothing("steward@example.org"), visit_nothing("viewer@example.org")

    assert len(steward.get("page_link")) == 1
    assert len(viewer.get("page_link")) == 0


def test_a_priority_says_how_it_stands_and_how_much_of_it_is_measured(visit: Visit) -> None:
    first = next(one for one in sections(visit(STRATEGY_OFFICE, period="2025-Q2")) if "Apu löytyy" in one["heading"])

    assert [words(part) for part in first["lead"]] == [
        "Haasteita, joita ratkaistaan",
        "1 haasteissa · 2 etenee · 3/3 mitattu",
    ]


def test_without_a_decision_the_worst_key_result_is_what_counts(visit: Visit) -> None:
    said = [one.value for one in visit(STRATEGY_OFFICE, period="2025-Q2").caption]

    assert "Tavoitteen, painopisteen ja strategian tilanne on sen huonoin avaintulos." in said
