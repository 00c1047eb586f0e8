"""The demo's workbooks say the figures of both organisations, in three languages, and name nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from okr_engine.access import OPERATOR
from okr_engine.database import data_version, reading, writing
from okr_engine.model import (
    ComparabilityBreakForm,
    GoalForm,
    IndicatorForm,
    KeyResultForm,
    MeasurementForm,
    NarrativeForm,
    OrgUnitForm,
    Person,
    PersonForm,
    PriorityForm,
    RoleForm,
    RoleHoldingForm,
    StrategyForm,
    TargetForm,
)
from okr_engine.model.rows import NamedForm
from okr_engine.packaged import demo_folder
from okr_engine.periods import Period
from okr_engine.services.demo import DEMO_ACCOUNTS, LARGEST_MB, DemoCase, is_empty, load_demo
from okr_engine.services.status_evidence import latest_quarter
from okr_engine.words import Language, Words
from okr_engine.workbook import Content, empty_template, read_workbook

CASES = ("county", "city")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 9, tzinfo=UTC)

# code: (kind, direction, baseline, target, basis)
COUNTY_KEY_RESULTS = {
    "A1.1": ("key_result", "at_least", None, "100", "statutory"),
    "A1.2": ("key_result", "at_least", None, "80", "own"),
    "A1.3": ("key_result", "increase", "69.5", "90", "own"),
    "A1.NPS": ("kpi", "neutral", "85.5", None, None),
    "A1.access": ("kpi", "neutral", None, None, None),
    "A1.revolving": ("kpi", "neutral", None, None, None),
    "A2.1": ("key_result", "decrease", "140.6", None, None),
    "A2.2": ("key_result", "increase", None, "100", "own"),
    "A2.access": ("kpi", "neutral", None, None, None),
    "A2.events": ("kpi", "improve", "2.60", None, None),
    "A2.NPS": ("kpi", "neutral", "85.5", None, None),
}

COUNTY_FIGURES = [
    ("A1.1", "2025-Q1", "90.81"),
    ("A1.1", "2025-Q2", "70.11"),
    ("A1.2", "2025-Q1", "89.71"),
    ("A1.2", "2025-Q2", "90.0"),
    ("A1.3", "2025-Q1", "81.2"),
    ("A1.3", "2025-Q2", "86.6"),
    ("A2.1", "2025-Q1", "139.4"),
    ("A2.1", "2025-Q2", "139.2"),
    ("A2.2", "2025-Q1", "21"),
    ("A2.2", "2025-Q2", "50"),
    ("A1.NPS", "2025-H1", "85.5"),
    ("A1.access", "2025-H1", "89.4"),
    ("A1.revolving", "2025-H1", "4.8"),
    ("A2.access", "2025-H1", "89.4"),
    ("A2.events", "2025-H1", "2.57"),
    ("A2.NPS", "2025-H1", "85.5"),
]

# indicator: (unit of measure, decimals, better, cadence, lowest, highest)
COUNTY_INDICATORS = {
    "nps": ("index", 1, "higher", "half_year", "-100", "100"),
    "access-time": ("percent", 1, "higher", "half_year", "0", "100"),
    "revolving-door": ("percent", 1, "lower", "half_year", "0", "100"),
    "service-events": ("million", 2, "lower", "half_year", "0", None),
}

CITY_FIGURES = [
    ("city.early-education-satisfaction", "2019-H2", "6.3"),
    ("city.basic-education-satisfaction", "2020-H1", "5.8"),
    ("city.upper-secondary-satisfaction", "2020-H1", "5.8"),
    ("city.culture-and-leisure-nps", "2019", "38"),
    ("city.culture-and-leisure-nps", "2020", "42"),
    ("city.culture-and-leisure-satisfaction", "2019", "82"),
    ("city.culture-and-leisure-satisfaction", "2020", "82"),
    ("city.quality-visits", "2020", "465"),
    ("city.applicant-experience", "2020-H1", "2.07"),
    ("city.applicant-experience", "2020-H2", "2.67"),
    ("city.business-advice-satisfaction", "2020", "4.4"),
    ("city.business-advice-nps", "2020", "67"),
    ("city.business-partner-satisfaction", "2020", "4.7"),
    ("city.key-client-satisfaction", "2020", "4.45"),
    ("city.occupational-health-nps", "2020", "67"),
    ("city.construction-nps", "2015", "23"),
    ("city.construction-nps", "2020", "43.9"),
    ("city.construction-season-nps", "2020", "70"),
]

# indicator, period: (responses, sample, population)
CITY_SURVEYS = [
    ("city.applicant-experience", "2020-H2", (66, 1801, 1868)),
    ("city.business-advice-satisfaction", "2020", (511, 3500, None)),
    ("city.business-advice-nps", "2020", (511, 3500, None)),
    ("city.business-partner-satisfaction", "2020", (15, 35, None)),
]

CITY_GAPS = [
    ("city.social-and-health-nps", "2020-H1", "withdrawn"),
    ("city.social-and-health-satisfaction", "2020-H1", "withdrawn"),
    ("city.social-and-health-effort", "2020-H1", "withdrawn"),
    ("city.finance-satisfaction", "2020", "not_collected"),
    ("city.basic-education-satisfaction", "2020-H2", "not_collected"),
    ("city.upper-secondary-satisfaction", "2020-H2", "not_collected"),
]

CITY_BOUNDS = [
    ("city.basic-education-satisfaction", "1", "7"),
    ("city.applicant-experience", "1", "5"),
    ("city.service-centre-satisfaction", "1", "5"),
    ("city.construction-nps", "-100", "100"),
    ("city.culture-and-leisure-satisfaction", "0", "100"),
]

ROLE_WORDS = (
    "Tavoitteen omistaja",
    "Toimialajohtaja",
    "Liikelaitoksen johtaja",
    "Kansliapäällikkö",
    "Johtoryhmän jäsen",
    "Strategiayksikön asiantuntija",
    "Tietovastaava",
    "Aluevaltuutettu",
    "Kaupunginvaltuutettu",
    "Pääkäyttäjä",
)


@cache
def workbook(case: str) -> Content:
    name = f"{case}.xlsx"
    return read_workbook((demo_folder() / name).read_bytes(), file=name, max_mb=LARGEST_MB)


def figure(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def key_result(case: str, code: str) -> KeyResultForm:
    return next(one for one in workbook(case).forms(KeyResultForm) if one.code == code)


def indicator(case: str, code: str) -> IndicatorForm:
    return next(one for one in workbook(case).forms(IndicatorForm) if one.code == code)


def unit_of(case: str, followed: KeyResultForm) -> str:
    goals = {goal.code: goal for goal in workbook(case).forms(GoalForm)}
    return followed.unit or goals[followed.goal].unit


def measurement(case: str, code: str, period: str) -> MeasurementForm:
    """The one measurement of an indicator in a period."""
    found = [one for one in workbook(case).forms(MeasurementForm) if (one.indicator, one.period.code) == (code, period)]
    assert len(found) == 1, (code, period)
    return found[0]


def in_all_languages(words: Words) -> bool:
    return all((words.fi, words.sv, words.en)) and len({words.fi, words.sv, words.en}) == 3


def sheets_of(data: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(BytesIO(data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


@contextmanager
def loading(engine: Engine, *, now: datetime = NOW) -> Iterator[Session]:
    with writing(engine, actor=OPERATOR.code, now=now) as session:
        yield session


@pytest.mark.parametrize("code", COUNTY_KEY_RESULTS)
def test_each_county_key_result_commits_to_what_the_report_says(code: str) -> None:
    kind, direction, baseline, target, basis = COUNTY_KEY_RESULTS[code]

    known = key_result("county", code)
    targets = [(one.value, one.basis) for one in workbook("county").forms(TargetForm) if one.key_result == code]

    assert (known.goal, known.kind, known.direction, known.baseline) == (code[:2], kind, direction, figure(baseline))
    assert (known.starts, known.due) == (date(2025, 1, 1), date(2025, 12, 31))
    assert targets == ([] if target is None else [(figure(target), basis)])


def test_the_county_follows_nothing_else() -> None:
    assert {one.code for one in workbook("county").forms(KeyResultForm)} == COUNTY_KEY_RESULTS.keys()
    assert {one.code for one in workbook("county").forms(GoalForm)} == {"A1", "A2"}


@pytest.mark.parametrize(("code", "period", "value"), COUNTY_FIGURES)
def test_each_county_figure_is_the_reported_one(code: str, period: str, value: str) -> None:
    followed = key_result("county", code)

    known = measurement("county", followed.indicator, period)

    assert known.value == Decimal(value)
    assert known.unit == unit_of("county", followed)


def test_the_county_has_no_figure_beyond_the_second_quarter() -> None:
    assert {one.period.code for one in workbook("county").forms(MeasurementForm)} == {"2025-Q1", "2025-Q2", "2025-H1"}


@pytest.mark.parametrize("code", COUNTY_INDICATORS)
def test_each_county_kpi_is_measured_on_its_scale(code: str) -> None:
    *measured, lowest, highest = COUNTY_INDICATORS[code]

    known = indicator("county", code)

    assert [known.unit, known.decimals, known.better, known.cadence] == measured
    assert (known.lowest, known.highest) == (figure(lowest), figure(highest))


def test_one_kpi_is_stored_once_and_serves_both_goals() -> None:
    assert key_result("county", "A1.NPS").indicator == key_result("county", "A2.NPS").indicator
    assert key_result("county", "A1.access").indicator == key_result("county", "A2.access").indicator


def test_preparatory_work_is_progress_and_no_outcome() -> None:
    assert indicator("county", key_result("county", "A2.2").indicator).kind == "progress"


def test_wider_coverage_from_march_breaks_the_comparison_of_first_contacts() -> None:
    breaks = workbook("county").forms(ComparabilityBreakForm)

    assert [(one.indicator, one.day, one.kind) for one in breaks] == [
        (key_result("county", "A1.1").indicator, date(2025, 3, 1), "coverage")
    ]


@pytest.mark.parametrize("goal", ["A1", "A2"])
def test_the_owner_of_each_county_goal_has_answered_every_question_in_each_language(goal: str) -> None:
    written = [one for one in workbook("county").forms(NarrativeForm) if one.goal == goal]

    assert [(one.language, one.period.code, one.state) for one in written] == [
        (language, "2025-Q2", "submitted") for language in Language
    ]
    assert all((one.summary, one.what_happened, one.why, one.what_we_do, one.what_we_need) for one in written)


def test_each_county_goal_has_an_owner_with_a_deputy_and_a_sponsor() -> None:
    holdings = workbook("county").forms(RoleHoldingForm)
    held = {(one.role, one.deputy) for one in holdings}

    for goal in workbook("county").forms(GoalForm):
        assert {(goal.owner, False), (goal.owner, True), (goal.sponsor, False)} <= held
    assert {one.starts for one in holdings} == {date(2025, 1, 1)}


@pytest.mark.parametrize(("code", "period", "value"), CITY_FIGURES)
def test_each_city_figure_is_the_collated_one(code: str, period: str, value: str) -> None:
    assert measurement("city", code, period).value == Decimal(value)


def test_the_city_has_no_other_figures() -> None:
    known = [one for one in workbook("city").forms(MeasurementForm) if one.value is not None]

    assert {(one.indicator, one.period.code) for one in known} == {(code, period) for code, period, _ in CITY_FIGURES}


@pytest.mark.parametrize(("code", "period", "counts"), CITY_SURVEYS)
def test_each_survey_says_how_many_answered(code: str, period: str, counts: tuple[int, int, int | None]) -> None:
    known = measurement("city", code, period)

    assert (known.responses, known.sample, known.population) == counts


@pytest.mark.parametrize(("code", "period", "reason"), CITY_GAPS)
def test_each_gap_of_the_city_says_its_reason(code: str, period: str, reason: str) -> None:
    known = measurement("city", code, period)

    assert (known.value, known.no_data_reason) == (None, reason)
    assert known.comment


@pytest.mark.parametrize(("code", "lowest", "highest"), CITY_BOUNDS)
def test_scales_stand_side_by_side(code: str, lowest: str, highest: str) -> None:
    known = indicator("city", code)

    assert (known.lowest, known.highest) == (Decimal(lowest), Decimal(highest))


def test_a_new_system_breaks_the_comparison_of_business_advice() -> None:
    breaks = {(one.indicator, one.day, one.kind) for one in workbook("city").forms(ComparabilityBreakForm)}

    assert ("city.business-advice-satisfaction", date(2019, 5, 1), "system") in breaks
    assert ("city.business-advice-nps", date(2019, 5, 1), "system") in breaks


def test_the_city_commits_only_where_the_collation_does() -> None:
    committed = [one for one in workbook("city").forms(KeyResultForm) if one.kind == "key_result"]
    targets = [(one.key_result, one.value, one.valid_from) for one in workbook("city").forms(TargetForm)]

    assert [(one.indicator, one.direction) for one in committed] == [
        ("city.social-and-health-nps", "increase"),
        ("city.service-centre-satisfaction", "at_least"),
    ]
    assert targets == [(committed[1].code, Decimal("3.6"), date(2021, 1, 1))]


def test_applicant_experience_starts_from_its_first_round() -> None:
    [known] = [one for one in workbook("city").forms(KeyResultForm) if one.indicator == "city.applicant-experience"]

    assert known.baseline == Decimal("2.07")
    assert "4.5.–30.6.2020" in (measurement("city", known.indicator, "2020-H1").comment or "")


def test_every_unit_of_the_city_has_something_that_is_followed() -> None:
    followed = {unit_of("city", one) for one in workbook("city").forms(KeyResultForm)}

    assert {one.code for one in workbook("city").forms(OrgUnitForm)} - {"city"} == followed


@pytest.mark.parametrize("case", CASES)
def test_every_name_is_in_three_languages(case: str) -> None:
    kinds: tuple[type[NamedForm], ...] = (OrgUnitForm, RoleForm, StrategyForm, PriorityForm, GoalForm, IndicatorForm)
    named = [one.name for kind in kinds for one in workbook(case).forms(kind)]
    committed = [one.name for one in workbook(case).forms(KeyResultForm) if one.kind == "key_result"]

    assert [name for name in [*named, *committed] if not in_all_languages(name)] == []


@pytest.mark.parametrize("case", CASES)
def test_every_explanation_is_in_three_languages(case: str) -> None:
    definitions = [(one.code, one.definition) for one in workbook(case).forms(IndicatorForm)]
    breaks = [
        (one.indicator, Words(one.text_fi, one.text_sv, one.text_en))
        for one in workbook(case).forms(ComparabilityBreakForm)
    ]

    assert [code for code, words in [*definitions, *breaks] if not in_all_languages(words)] == []


@pytest.mark.parametrize("case", CASES)
def test_people_are_called_by_their_role(case: str) -> None:
    people = workbook(case).forms(PersonForm)

    assert [one.name for one in people if not one.name.startswith(ROLE_WORDS)] == []
    assert [one.email for one in people if one.email != f"{one.code}@{case}.example"] == []


@pytest.mark.parametrize("case", CASES)
def test_every_person_holds_a_role(case: str) -> None:
    held = {one.person for one in workbook(case).forms(RoleHoldingForm)}

    assert {one.code for one in workbook(case).forms(PersonForm)} == held


@pytest.mark.parametrize("case", CASES)
def test_the_packaged_workbooks_need_no_remark(case: str) -> None:
    assert workbook(case).notes == ()


@pytest.mark.parametrize("case", CASES)
def test_the_packaged_workbooks_are_the_template_of_today_filled_in(case: str) -> None:
    packaged = sheets_of((demo_folder() / f"{case}.xlsx").read_bytes())
    template = sheets_of(empty_template(Language.FI))
    guide = next(iter(template))

    assert packaged[guide] == template[guide]
    assert {name: rows[0] for name, rows in packaged.items()} == {name: rows[0] for name, rows in template.items()}


@pytest.mark.parametrize(("case", "latest"), [(DemoCase.COUNTY, "2025-Q2"), (DemoCase.CITY, "2020-Q4")])
def test_a_loaded_case_opens_at_its_latest_figures(memory_engine: Engine, case: DemoCase, latest: str) -> None:
    with loading(memory_engine) as session:
        quarters = load_demo(session, OPERATOR, case)

    with reading(memory_engine) as session:
        assert latest_quarter(session) == Period.parse(latest)
    assert max(quarters) == Period.parse(latest)


def test_both_cases_live_in_one_database(memory_engine: Engine) -> None:
    with loading(memory_engine) as session:
        load_demo(session, OPERATOR, DemoCase.ALL)

    with reading(memory_engine) as session:
        people = set(session.exec(select(Person.code)))
    assert {account.person for account in DEMO_ACCOUNTS} <= people


def test_loading_the_demo_twice_changes_nothing(engine: Engine) -> None:
    with loading(engine) as session:
        load_demo(session, OPERATOR, DemoCase.ALL)
    with reading(engine) as session:
        before = data_version(session)

    with loading(engine, now=LATER) as session:
        quarters = load_demo(session, OPERATOR, DemoCase.ALL)

    with reading(engine) as session:
        assert data_version(session) == before > 0
    assert quarters == set()


def test_a_database_is_empty_until_the_demo_is_loaded(memory_engine: Engine) -> None:
    with reading(memory_engine) as session:
        assert is_empty(session)

    with loading(memory_engine) as session:
        load_demo(session, OPERATOR, DemoCase.COUNTY)

    with reading(memory_engine) as session:
        assert not is_empty(session)


@pytest.mark.parametrize("case", [DemoCase.COUNTY, DemoCase.CITY])
def test_each_case_offers_five_accounts_of_its_own(case: DemoCase) -> None:
    offered = [account.person for account in DEMO_ACCOUNTS if account.case == case]

    assert len(offered) == len(set(offered)) == 5
    assert set(offered) <= {one.code for one in workbook(case).forms(PersonForm)}
