"""A small county with one of everything that a workbook holds, and workbooks made the way people make them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from okr_engine.model import (
    BreakKind,
    ComparabilityBreakForm,
    Direction,
    GoalForm,
    IndicatorForm,
    KeyResultForm,
    KeyResultKind,
    LimitForm,
    MeasurementForm,
    MeasureUnit,
    NarrativeForm,
    NoDataReason,
    OrgUnitForm,
    PersonForm,
    Polarity,
    PriorityForm,
    RoleForm,
    RoleHoldingForm,
    RoleKind,
    StrategyForm,
    TargetForm,
)
from okr_engine.model.rows import Form
from okr_engine.periods import Cadence, Period
from okr_engine.words import Language
from okr_engine.workbook import Content, content_of, write_workbook

FILE = "county.xlsx"
Q1, Q2 = Period.parse("2025-Q1"), Period.parse("2025-Q2")
START, END = date(2025, 1, 1), date(2025, 12, 31)


def county_forms() -> list[Form]:
    return [
        OrgUnitForm(code="first-line", name_fi="Ensilinja", parent="county"),
        OrgUnitForm(code="county", name_fi="Hyvinvointialue", name_en="County"),
        PersonForm(code="aino", name="Aino Aalto", email="aino@example.org"),
        RoleForm(code="owner", name_fi="Palvelujohtaja", kind=RoleKind.GOAL_OWNER, unit="first-line"),
        RoleHoldingForm(role="owner", person="aino", starts=START),
        StrategyForm(code="S", name_fi="Strategia", unit="county", starts=START, ends=date(2028, 12, 31)),
        PriorityForm(code="A", name_fi="Sopiva polku", strategy="S", position=1),
        GoalForm(code="A1", name_fi="Ratkaisu ensikontaktissa", priority="A", unit="first-line", owner="owner"),
        IndicatorForm(code="solved", name_fi="Ratkaistu kerralla", unit=MeasureUnit.PERCENT, better=Polarity.HIGHER),
        IndicatorForm(
            code="nps",
            name_fi="Suositteluindeksi",
            unit=MeasureUnit.INDEX,
            cadence=Cadence.HALF_YEAR,
            lowest=Decimal(-100),
            highest=Decimal(100),
            public=True,
        ),
        IndicatorForm(code="calls", name_fi="Puhelut", unit=MeasureUnit.COUNT, cadence=Cadence.MONTH, decimals=0),
        KeyResultForm(
            code="A1.2",
            goal="A1",
            indicator="solved",
            unit="first-line",
            direction=Direction.AT_LEAST,
            baseline=Decimal("85.5"),
            starts=START,
            due=END,
        ),
        KeyResultForm(
            code="A1.nps",
            name_fi="Suosittelu",
            goal="A1",
            indicator="nps",
            unit="county",
            kind=KeyResultKind.KPI,
            direction=Direction.NEUTRAL,
            starts=START,
            due=END,
        ),
        TargetForm(key_result="A1.2", value=Decimal(80), valid_from=START),
        LimitForm(indicator="solved", value=Decimal(75), valid_from=START, section_of_law="THL 51 §"),
        MeasurementForm(indicator="solved", unit="first-line", period=Q1, value=Decimal("89.71"), responses=1200),
        MeasurementForm(indicator="solved", unit="first-line", period=Q2, value=Decimal("90.0"), comment="=ei kaava"),
        MeasurementForm(
            indicator="nps", unit="county", period=Period.parse("2025-H1"), no_data_reason=NoDataReason.TOO_FEW_ANSWERS
        ),
        ComparabilityBreakForm(
            indicator="solved", day=date(2025, 3, 1), kind=BreakKind.COVERAGE, text_fi="Kaikki ensilinjat mukana"
        ),
        NarrativeForm(
            goal="A1", period=Q2, language=Language.FI, summary="Kaksi parani.", why="Takaisinsoitot\nja chat."
        ),
    ]


def county() -> Content:
    return content_of(county_forms(), file=FILE)


def county_with(*forms: Form) -> Content:
    return content_of([*county_forms(), *forms], file=FILE)


def county_workbook(edit: Callable[[Any], object] | None = None, *, language: Language = Language.FI) -> bytes:
    """The county's file; `edit` changes it as a person would."""
    data = write_workbook(county(), language)
    if edit is None:
        return data
    workbook = load_workbook(BytesIO(data))
    edit(workbook)
    return saved(workbook)


def measurements_only(
    *rows: tuple[object, ...], headings: tuple[str, ...] = ("Mittari", "Yksikkö", "Jakso", "Arvo")
) -> bytes:
    """A workbook made from scratch with nothing but measurements."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Mittaustulokset"
    for row in (headings, *rows):
        sheet.append(list(row))
    return saved(workbook)


def saved(workbook: Any) -> bytes:
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()
