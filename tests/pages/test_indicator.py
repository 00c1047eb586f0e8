"""The indicator's screen: from a goal's figure to what lies behind it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, supersede, writing
from okr_engine.model import Calculation, Indicator, Measurement, NoDataReason, OrgUnit
from okr_engine.periods import Period
from tests.pages.conftest import Visit, sections, spaced, words

OWNER = "owner-first-line@county.example"
REGION = "region-viewer@region.example"
Q3 = Period.parse("2026-Q3")


def record(database: Path, code: str, **figure: Any) -> None:
    """A computed figure of the region, in the third quarter unless told otherwise, over the one there is."""
    lineage, period = LINEAGE | figure.pop("lineage", {}), figure.pop("period", Q3)
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == code)).one()
        region = session.exec(select(OrgUnit).where(OrgUnit.code == "region")).one()
        fresh = Measurement(
            indicator_id=indicator.id,
            unit_id=region.id,
            period=period,
            period_start=period.start,
            recorded_at=now(),
            recorded_by="schedule",
            source="run:region-registers-1",
            lineage=lineage,
            **figure,
        )
        known = session.exec(
            select(Measurement).where(Measurement.indicator_id == indicator.id, Measurement.period == period)
        ).first()
        if known is None:
            session.add(fresh)
        else:
            supersede(session, known, fresh)
    engine.dispose()


LINEAGE: dict[str, Any] = {
    "kpi": "access_time",
    "version": "1",
    "parameters": {"basis": "deadline", "service_class": "PTH_SAIR", "include_unverified": True, "rollover": False},
    "as_of": "2026-10-03T03:00:00+00:00",
    "events_until": "2026-10-02",
    "run": {"source": "region-registers", "number": 1},
    "n": 400,
    "pending": 7,
    "counted": {"still_waiting": 4},
    "excluded": {"age_unknown": 12, "no_limit": 0},
    "coverage": "0.9934",
    "groups": {
        name: {"value": str(Decimal(100 * count) / of), "numerator": count, "denominator": of, "n": of}
        for name, (count, of) in {"north": (190, 200), "south": (92, 100), "west": (58, 100)}.items()
    },
    "parts": [{"table": "waiting_episode", "month": "2026-07", "events": 10293, "runs": ["region-registers-1"]}],
    "limits": [
        {"rule": "H05", "service_class": "PTH_SAIR", "section": "Laki 51 a §", "confidence": "memory", "n": 400}
    ],
    "limits_version": "2026.1",
    "notes": [{"key": "measuring.events_end_early", "values": {"until": "2026-09-20", "period": "2026-Q3"}}],
}
SHARE = {"value": Decimal(85), "numerator": Decimal(340), "denominator": Decimal(400)}


def region(visit: Visit, code: str = "region.access-time", **more: str) -> AppTest:
    return visit(REGION, page="indicator.py", code=code, unit="region", **more)


def table(app: AppTest, caption: str) -> dict[str, Any]:
    return next(one for one in sections(app) if one["caption"] == caption)


def rows(section: dict[str, Any]) -> list[list[str]]:
    return [[" ".join(words(part) for part in cell) for cell in one["cells"]] for one in section["rows"]]


def cards(app: AppTest) -> dict[str, str]:
    return {one.label: spaced(one.value) for one in app.metric}


def said(app: AppTest) -> str:
    return spaced(" ".join(one.value for one in (*app.markdown, *app.caption, *app.warning, *app.info)))


def test_the_list_leads_to_each_indicator(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py")

    assert app.title[0].value == "Mittarit"
    links = [row["cells"][0][0] for row in table(app, "Mittarit")["rows"]]
    assert {"code": "first-contact-on-time", "unit": "county.first-line"} in [link["params"] for link in links]


def test_the_list_says_of_what_is_not_measured_yet_how_it_will_be(visit: Visit) -> None:
    app = visit(REGION, page="indicator.py")

    [access] = [one for one in table(app, "Mittarit")["rows"] if "region.access-time" in words(one["cells"][0][1])][:1]
    assert isinstance(access["cells"][0][0], str), "a link to nothing"
    assert words(access["cells"][2][0]) == "Ei vielä mittaustuloksia"
    assert "Palveluun pääsy" in words(access["cells"][3][0])


def test_a_goal_leads_to_where_the_figure_of_its_quarter_comes_from(visit: Visit) -> None:
    app = visit(OWNER, page="goal.py", code="A1", kr="A1.1", period="2025-Q1")

    [link] = [one for one in app.get("page_link") if one.proto.label == "Mistä luku tulee"]
    assert link.proto.query_string == "code=first-contact-on-time&unit=county.first-line&at=2025-Q1"


def test_an_imported_figure_says_from_which_file_it_came(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="first-contact-on-time", at="2025-Q1")

    assert app.title[0].value == "Ensikontakti luvatussa ajassa"
    assert cards(app)["Mittaustulos"] == "90,81 %"
    assert "county.xlsx" in said(app)


def test_a_computed_figure_says_how_sure_it_is_and_which_run_of_which_source_told_it(
    visit: Visit, database: Path
) -> None:
    record(database, "region.access-time", **SHARE)

    app = region(visit)

    assert cards(app) == {
        "Mittaustulos": "85,0 %",
        "95 %:n luottamusväli": "81,2–88,2 %",
        "Osoittaja / nimittäjä": "340 / 400",
        "Käyttökelpoisia tietueita": "99,3 %",
        "Vielä ratkeamatta": "7",
    }
    sentence = "Lopullinen tieto. Laskettu lähteen Mallialueen rekisterit tapahtumista ajossa region\\-registers\\-1"
    assert sentence in said(app)


def test_its_lineage_goes_down_to_files_and_counts_and_names_what_was_left_out(visit: Visit, database: Path) -> None:
    record(database, "region.access-time", **SHARE)

    app = region(visit)

    assert rows(table(app, "Tapahtumat, joista luku on laskettu")) == [
        ["Odotukset waiting_episode", "heinäkuu 2026", "10 293", "region-registers-1"]
    ]
    assert rows(table(app, "Mitä jäi pois ja miksi")) == [["Ei käytetty: ikä ei ole tiedossa", "12"]]
    assert "Viimeinen tapahtuma on päivältä 20.9.2026, joten kauden Q3/2026 tiedot voivat olla vajaat" in said(app)


def test_an_unverified_limit_of_law_is_marked_as_such(visit: Visit, database: Path) -> None:
    record(database, "region.access-time", **SHARE)

    app = region(visit)

    [[service, length, section, known, waits]] = rows(table(app, "Käytetyt lakisääteiset määräajat"))
    assert service == "Kiireetön sairaanhoito perusterveydenhuollossa H05"
    assert length == "14 päivää Enintään 22-vuotiaat 1.1.2025 alkaen"
    assert (section, known, waits) == ("Laki 51 a §", "muistinvarainen, varmentamatta varmentamatta", "400")
    assert "määräaikaan, jota ei ole varmennettu" in said(app)


def test_the_definition_is_told_with_its_parameters_in_words(visit: Visit, database: Path) -> None:
    record(database, "region.access-time", **SHARE)

    app = region(visit)

    values = {one[0].rpartition(" ")[2]: one[1] for one in rows(table(app, "Määritelmän valinnat"))}
    assert values["basis"] == "Kaudella päättyneet määräajat deadline"
    assert values["service_class"] == "Kiireetön sairaanhoito perusterveydenhuollossa PTH_SAIR"
    assert values["include_unverified"] == "Kyllä"
    assert "WITH waits AS" in app.code[0].value


def test_a_unit_outside_the_limits_is_called_worse_by_word_and_shape(visit: Visit, database: Path) -> None:
    record(database, "region.access-time", **SHARE)

    app = region(visit)

    assert rows(table(app, "Yksiköt"))[2] == ["west", "58,0 %", "58 / 100", "99,8 %:n rajan alapuolella muita huonompi"]
    drawn = [one.proto for one in app.get("vega_lite_chart") if "Suppilokuvio" in one.proto.alt]
    assert "west 58,0 %, 99,8 %:n rajan alapuolella" in spaced(drawn[0].alt)
    assert "triangle-down" in str(drawn[0])


def test_small_units_are_withheld(visit: Visit, database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        for calculation in session.exec(select(Calculation)):
            calculation.fewest = 150
    engine.dispose()
    record(database, "region.access-time", **SHARE)

    app = region(visit)

    assert [one[1] for one in rows(table(app, "Yksiköt"))] == ["95,0 %", "Ei näytetä", "Ei näytetä"]
    assert "58" not in str(table(app, "Yksiköt"))


def test_a_figure_of_too_few_says_so_and_shows_no_parts(visit: Visit, database: Path) -> None:
    record(
        database,
        "region.access-time",
        **SHARE | {"value": None, "no_data_reason": NoDataReason.TOO_FEW_ANSWERS},
    )

    app = region(visit)

    assert cards(app) == {"Havaintoja (n)": "400"}
    assert "Vastauksia on liian vähän" in said(app)
    assert "340" not in str(sections(app))


def test_a_correction_tells_what_was_and_what_became_of_it_and_why(visit: Visit, database: Path) -> None:
    record(database, "region.access-time", **SHARE)
    record(
        database,
        "region.access-time",
        **SHARE | {"value": Decimal(84)},
        reason="Tapahtumat muuttuivat",
        provisional=True,
    )

    [row] = rows(table(region(visit), "Korjatut luvut"))

    assert row[:3] == ["Q3/2026", "85,0 %", "84,0 % ennakko"]
    assert row[3].endswith("ajo region-registers-1")
    assert row[4] == "Tapahtumat muuttuivat"


def test_nothing_is_said_of_a_change_over_a_break(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="first-contact-on-time")

    assert "Onko muutos sattumaa" in [one.value for one in app.header]
    assert "arvoa voi verrata vain tavoitteeseen" in said(app)
    assert not [one for one in sections(app) if one["caption"] == "Jaksot ja mitä kustakin voi sanoa"]


def test_enough_figures_tell_limits_and_what_each_period_is_called(visit: Visit, database: Path) -> None:
    for month in range(14):
        record(database, "region.nps", period=Period.parse("2025-08").shifted(month), value=Decimal(80 + month % 3))
    app = region(visit, "region.nps")

    assert "Viimeisin arvo on tavanomaista satunnaisvaihtelua." in said(app)
    assert "rajojen 77,5 ja 84,4 ulkopuolelle" in said(app)
    called = rows(table(app, "Jaksot ja mitä kustakin voi sanoa"))
    assert called[0] == ["syyskuu 2026", "81,0", "tavanomaista satunnaisvaihtelua"]


def test_a_break_of_comparability_tells_its_day_kind_and_reason(visit: Visit, database: Path) -> None:
    app = visit(OWNER, page="indicator.py", code="first-contact-on-time")

    [row] = rows(table(app, "Vertailukelpoisuuden katkot"))
    assert row[0] == "1.3.2025"
    assert all(row)


def test_without_breaks_and_corrections_it_says_that_there_are_none(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="nps")

    assert "Vertailukelpoisuuden katkoja ei ole. Yhtään lukua ei ole korjattu jälkikäteen." in said(app)


def test_the_series_marks_the_figure_that_is_told(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="first-contact-on-time", at="2025-Q1")

    series = table(app, "Mittaustulokset ajassa")
    assert [words(row["cells"][0][0]) for row in series["rows"] if row["chosen"]] == ["Q1/2025"]


@pytest.mark.parametrize(("code", "unit"), [("no-such", "county"), ("first-contact-on-time", "no-such")])
def test_an_indicator_there_is_not_is_said_with_those_there_are(visit: Visit, code: str, unit: str) -> None:
    app = visit(OWNER, page="indicator.py", code=code, unit=unit)

    assert code.replace("-", "\\-") in app.error[0].value
    assert sections(app)


def test_a_period_that_cannot_be_read_shows_the_newest_figure(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="nps", at="nonsense")

    assert cards(app)["Mittaustulos"] == "85,5"


@pytest.mark.parametrize(("language", "title"), [("sv", "Mätare"), ("en", "Indicators")])
def test_the_page_speaks_each_language_without_a_missing_sentence(
    visit: Visit, database: Path, language: str, title: str
) -> None:
    record(database, "region.access-time", **SHARE)

    app = region(visit, language=language)

    assert visit(OWNER, page="indicator.py", language=language).title[0].value == title
    everything = said(app) + str(sections(app)) + str(cards(app))
    assert "«" not in everything
    assert "[fi]" not in everything
