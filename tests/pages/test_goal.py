"""A goal: its key results and their year, the reasons behind a status, the owner's words, the corrective actions."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyarrow import ipc
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.periods import Period
from okr_engine.services.installation import read_rulebooks
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.terms import NoDataReason
from tests.pages.conftest import Visit, sections, spaced, words

STRATEGY_OFFICE = "strategy-office@county.example"
CITY_LEADERSHIP = "city-leadership@city.example"
Q2 = Period.parse("2025-Q2")


def goal(visit: Visit, **params: str) -> AppTest:
    return visit(STRATEGY_OFFICE, page="goal.py", **{"code": "A1", **params})


def table(app: AppTest, caption: str) -> dict[str, Any]:
    return next(one for one in sections(app) if caption in one["caption"])


def row(section: dict[str, Any], code: str) -> list[str]:
    """What the row of a key result says, cell by cell."""
    found = next(one for one in section["rows"] if words(one["cells"][0][0]).startswith(f"{code} "))
    return [" ".join(filter(None, (words(part) for part in cell))) for cell in found["cells"]]


def enter(database: Path, code: str, entry: Entry, *, based_on: int) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        enter_value(session, OPERATOR, code, Q2, entry, based_on=based_on, rulebooks=read_rulebooks())
    engine.dispose()


def test_a_key_result_shows_baseline_target_and_the_quarters_of_the_year(visit: Visit) -> None:
    shown = row(table(goal(visit), "Avaintulokset"), "A1.3")

    assert shown[1:] == ["69,5 %", "90,0 %", "81,2 %", "86,6 %", "", ""]


def test_a_target_that_is_a_bound_says_so(visit: Visit) -> None:
    assert row(table(goal(visit), "Avaintulokset"), "A1.2")[2] == "vähintään 80,00 %"


def test_a_kpi_shows_its_cadence_and_stands_in_the_quarter_in_which_its_period_ends(visit: Visit) -> None:
    shown = row(table(goal(visit), "KPI-mittarit"), "A1.NPS")

    assert "Puolivuosittain" in shown[0]
    assert shown[3:] == ["", "85,5", "", ""]


def test_no_mark_that_could_be_read_as_a_minus_sign_stands_beside_a_figure(visit: Visit) -> None:
    figures = [part for one in table(goal(visit), "KPI-mittarit")["rows"] for part in one["cells"][4]]

    assert [words(one) for one in figures] == ["85,5", "89,4 %", "4,8 %"]


def test_the_key_result_that_gave_the_goal_its_status_is_explained_first(visit: Visit) -> None:
    page = goal(visit)

    assert "A1.1 Ensikontakti" in page.header[0].value
    assert [one["chosen"] for one in table(page, "Avaintulokset")["rows"]] == [True, False, False]


def test_the_address_can_ask_for_another_key_result(visit: Visit) -> None:
    assert "A1.3 " in goal(visit, kr="A1.3").header[0].value


def test_a_status_is_explained_by_one_sentence_its_rule_and_the_facts(visit: Visit) -> None:
    page = goal(visit, kr="A1.3")
    said = [spaced(one.value) for one in (*page.markdown, *page.caption)]
    facts = {words(one["cells"][0][0]): words(one["cells"][1][0]) for one in table(page, "Tiedot, joihin")["rows"]}

    assert any("86,6 %" in one and one.startswith("**") for one in said)
    assert any("on\\_the\\_path" in one and "2025.2" in one for one in said)
    assert facts["Mittaustulos"] == "86,6 %"
    assert facts["Aikataulun mukaan odotettu taso jakson lopussa"] == "79,8 %"


def test_no_line_is_drawn_across_a_comparability_break(visit: Visit) -> None:
    across = {point["stretch"] for point in drawn(goal(visit, kr="A1.1"))}
    comparable = {point["stretch"] for point in drawn(goal(visit, kr="A1.3"))}

    assert len(across) == 2
    assert len(comparable) == 1


def drawn(app: AppTest) -> list[dict[str, Any]]:
    """The figures of the chart, each with the stretch of the line that it lies on."""
    sets = [
        ipc.open_stream(one.data.data).read_all().to_pylist() for one in app.get("vega_lite_chart")[0].proto.datasets
    ]
    rows: list[dict[str, Any]] = next(one for one in sets if "stretch" in one[0])
    return rows


def test_the_chart_says_in_words_what_it_shows(visit: Visit) -> None:
    said = spaced(goal(visit, kr="A1.1").get("vega_lite_chart")[0].proto.alt)

    assert "Q1/2025 90,81 %; Q2/2025 70,11 %" in said
    assert "Tavoitetaso: 100,00 %" in said
    assert "katko 1.3.2025" in said


def test_a_restated_figure_is_marked_and_its_reason_told(visit: Visit, database: Path) -> None:
    enter(database, "A1.3", Entry(Decimal("85.9"), reason="Vastaukset laskettiin uudelleen"), based_on=1)

    page = goal(visit, kr="A1.3")

    assert row(table(page, "Avaintulokset"), "A1.3")[4] == "85,9 % korjattu"
    assert any("Vastaukset laskettiin uudelleen" in one.value for one in page.caption)


def test_a_missing_figure_says_why_it_is_missing(visit: Visit, database: Path) -> None:
    failed = Entry(None, NoDataReason.SOURCE_FAILED, reason="Rajapinta ei vastannut")
    enter(database, "A1.3", failed, based_on=1)

    page = goal(visit, kr="A1.3")

    assert row(table(page, "Avaintulokset"), "A1.3")[4] == "Tietoa ei saatu tietolähteestä korjattu"
    assert any("pitäisi jo olla" in one.value for one in page.markdown)


def test_the_owner_answers_the_four_questions(visit: Visit) -> None:
    asked = [one.value for one in goal(visit).subheader if one.value.endswith("?")]

    assert asked == ["Mitä tapahtui?", "Miksi näin kävi?", "Mitä teemme seuraavaksi?", "Mitä tarvitsemme?"]


def test_a_goal_without_words_says_so(visit: Visit) -> None:
    page = visit(CITY_LEADERSHIP, page="goal.py", code="C8")

    assert "Omistaja ei ole vielä kirjoittanut kuvausta tältä jaksolta." in [one.value for one in page.markdown]


def test_a_corrective_action_shows_its_chain_and_its_history(visit: Visit) -> None:
    page = goal(visit)
    chain = next(one.value for one in page.markdown if "Vastuuketju" in one.value)

    assert chain.splitlines()[1].startswith("1. Tavoitteen omistaja, ensilinja")
    assert len(chain.splitlines()) == 4
    assert row_texts(table(page, "Toimenpiteen vaiheet"))[0][1:] == ["Havaittu jaksolla Q2/2025", "ylläpito"]


def row_texts(section: dict[str, Any]) -> list[list[str]]:
    return [[" ".join(words(part) for part in cell) for cell in one["cells"]] for one in section["rows"]]


def test_without_a_goal_in_the_address_the_goals_are_offered(visit: Visit) -> None:
    page = visit(STRATEGY_OFFICE, page="goal.py")

    assert page.title[0].value == "Tavoitteet"
    assert [words(one["rows"][0]["cells"][0][0])[:2] for one in sections(page)] == ["A1", "A2"]


@pytest.mark.parametrize("code", ["NOWHERE", "C1"])
def test_a_goal_that_is_not_there_or_not_theirs_is_answered_with_the_goals_to_choose_from(
    visit: Visit, code: str
) -> None:
    page = visit(STRATEGY_OFFICE, page="goal.py", code=code)

    assert code in page.error[0].value
    assert len(sections(page)) == 2


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_goal_is_told_in_the_chosen_language_without_a_missing_sentence(visit: Visit, language: str) -> None:
    page = visit(STRATEGY_OFFICE, page="goal.py", language=language, code="A1")
    said = str([one.value for one in (*page.markdown, *page.caption, *page.header, *page.title)]) + str(sections(page))

    assert "«" not in said
    assert "[fi]" not in said


def test_the_table_beside_the_chart_says_what_the_chart_shows(visit: Visit) -> None:
    shown = table(goal(visit, kr="A1.3"), "Luvut jaksoittain")

    headings = [one["title"] for one in shown["columns"]]
    assert headings == ["Jakso", "Mittaustulos", "Tavoitetaso", "Aikataulun mukaan odotettu", "Huomautukset"]
    assert row_texts(shown)[1][:4] == ["Q2/2025", "86,6 %", "90,0 %", "79,8 %"]


def test_the_action_that_a_figure_called_for_stands_below_the_chart_and_in_the_table(visit: Visit) -> None:
    page = goal(visit, kr="A1.1")

    said = "Korjaava toimenpide CA-2025-Q2-1 käynnistyi"
    assert any(one.value.replace("\\", "").startswith(f"1. {said}") for one in page.caption)
    assert said in row_texts(table(page, "Luvut jaksoittain"))[1][-1]


def test_the_chart_can_be_taken_along_as_a_picture(visit: Visit) -> None:
    buttons = [one.proto for one in goal(visit, kr="A1.3").get("download_button")]

    assert [one.label for one in buttons][1:] == ["Lataa kaavio (SVG)", "Lataa kaavio (PNG)"]


def test_what_would_change_a_status_is_said_in_the_indicators_own_unit(visit: Visit) -> None:
    page = goal(visit, kr="A1.1")
    said = [spaced(one.value) for one in page.markdown]
    bands = table(page, "Tilanne eri mittaustuloksilla")

    assert any("vähintään 100,00 %" in one and "+29,89 prosenttiyksikköä" in one for one in said)
    assert [[words(part) for cell in one["cells"] for part in cell] for one in bands["rows"]] == [
        ["Etenee", "vähintään 100,00 %", "+29,89 prosenttiyksikköä"],
        ["Haasteita", "enintään 99,99 %", "nykyinen"],
    ]


def test_every_fact_says_where_it_comes_from(visit: Visit) -> None:
    facts = {
        words(one["cells"][0][0]): words(one["cells"][2][0]) for one in table(goal(visit), "Tiedot, joihin")["rows"]
    }

    assert facts["Mittaustulos"].startswith("Mittaustulos Q2/2025: file:county.xlsx, kirjannut ylläpito")
    assert facts["Ero tavoitetasoon"] == "Laskettu tiedoista: Mittaustulos ja Tavoitetaso"


def test_rules_that_came_near_are_named(visit: Visit) -> None:
    said = [one.value.replace("\\", "") for one in goal(visit, kr="A1.1").markdown]

    assert any("below_statutory_limit_twice olisi antanut tilanteen «Ei etene, tarvitaan tukea»" in one for one in said)
