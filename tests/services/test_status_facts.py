"""How much a status rests on: the final figures since the last break, up to the quarter, and the tier they reach."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import moment_of, reading, supersede, writing
from okr_engine.model import (
    BreakKind,
    ComparabilityBreak,
    ComparabilityBreakForm,
    Direction,
    GoalForm,
    IndicatorForm,
    KeyResultForm,
    MeasurementForm,
    MeasureUnit,
    NoDataReason,
    OrgUnitForm,
    PriorityForm,
    RoleForm,
    RoleKind,
    StrategyForm,
)
from okr_engine.model.rows import Form
from okr_engine.periods import Cadence, Period
from okr_engine.services.importing import import_content
from okr_engine.services.status_evidence import gather_evidence
from okr_engine.services.status_facts import Facts, facts_of
from okr_engine.workbook import content_of

NOW = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
START, END = date(2023, 1, 1), date(2026, 12, 31)
QUARTER = Period.parse("2025-Q4")
QUARTERS = [QUARTER.shifted(back) for back in range(-5, 1)]

Keep = Callable[..., None]


@pytest.fixture
def keep(memory_engine: Engine) -> Keep:
    """Bring in one key result's indicator with its figures and breaks."""

    def bring(
        figures: Iterable[MeasurementForm],
        *,
        breaks: Sequence[date] = (),
        cadence: Cadence = Cadence.QUARTER,
        now: datetime = NOW,
    ) -> None:
        parted = [
            ComparabilityBreakForm(indicator="i", day=day, kind=BreakKind.DEFINITION, text_fi="Uusi määritelmä")
            for day in breaks
        ]
        with writing(memory_engine, actor=OPERATOR.code, now=now) as session:
            import_content(session, OPERATOR, content_of([*county(cadence), *parted, *figures], file="county.xlsx"))

    return bring


def county(cadence: Cadence) -> list[Form]:
    return [
        OrgUnitForm(code="county", name_fi="Hyvinvointialue"),
        RoleForm(code="owner", name_fi="Palvelujohtaja", kind=RoleKind.GOAL_OWNER, unit="county"),
        StrategyForm(code="S", name_fi="Strategia", unit="county", starts=START, ends=END),
        PriorityForm(code="P", name_fi="Sopiva polku", strategy="S"),
        GoalForm(code="G", name_fi="Apu ajallaan", priority="P", unit="county", owner="owner"),
        IndicatorForm(code="i", name_fi="Osuus ajallaan", unit=MeasureUnit.PERCENT, cadence=cadence),
        KeyResultForm(code="G.1", goal="G", indicator="i", direction=Direction.INCREASE, starts=START, due=END),
    ]


def figure(period: Period, value: int | None = 80, *, provisional: bool = False) -> MeasurementForm:
    return MeasurementForm(
        indicator="i",
        unit="county",
        period=period,
        value=None if value is None else Decimal(value),
        no_data_reason=NoDataReason.LATE if value is None else None,
        provisional=provisional,
    )


def facts(engine: Engine, *, as_of: datetime | None = None) -> Facts:
    with reading(engine) as session:
        evidence = gather_evidence(session, QUARTER, as_of=as_of)
        return facts_of(evidence.subjects[0], evidence, today=NOW.date())


def strength(engine: Engine, *, as_of: datetime | None = None) -> tuple[object, object]:
    found = facts(engine, as_of=as_of)
    return found["comparable_points"], found["evidence_tier"]


def test_without_figures_nothing_can_be_said(keep: Keep, memory_engine: Engine) -> None:
    keep([])

    assert strength(memory_engine) == (0, "T0")


def test_every_figure_up_to_the_quarter_counts_and_none_after_it(keep: Keep, memory_engine: Engine) -> None:
    keep(map(figure, [*QUARTERS, QUARTER.shifted(1)]))

    assert strength(memory_engine) == (6, "T3")


def test_the_months_behind_a_quarter_count_one_by_one(keep: Keep, memory_engine: Engine) -> None:
    december = Period.parse("2025-12")
    keep([figure(december.shifted(-back)) for back in range(24)], cadence=Cadence.MONTH)

    assert strength(memory_engine) == (24, "T6")


def test_a_provisional_and_a_missing_figure_do_not_count(keep: Keep, memory_engine: Engine) -> None:
    first, second, *_ = QUARTERS
    keep([figure(first), figure(second, None), figure(QUARTER, provisional=True)])

    assert strength(memory_engine) == (1, "T1")


def test_what_lies_before_a_break_does_not_count(keep: Keep, memory_engine: Engine) -> None:
    keep(map(figure, QUARTERS), breaks=[date(2024, 10, 1), date(2025, 7, 1), date(2026, 1, 1)])

    assert strength(memory_engine) == (2, "T2")


@pytest.mark.parametrize(("provisional", "told"), [(False, (1, "T1")), (True, (0, "T0"))])
def test_a_period_that_a_break_divides_stands_alone(
    keep: Keep, memory_engine: Engine, *, provisional: bool, told: tuple[int, str]
) -> None:
    keep([*map(figure, QUARTERS[:-1]), figure(QUARTER, provisional=provisional)], breaks=[date(2025, 11, 15)])

    assert strength(memory_engine) == told


def test_a_withdrawn_break_parts_nothing(keep: Keep, memory_engine: Engine) -> None:
    keep(map(figure, QUARTERS), breaks=[date(2025, 7, 1)])
    with writing(memory_engine, actor=OPERATOR.code, now=NOW + timedelta(days=1)) as session:
        known = session.exec(select(ComparabilityBreak)).one()
        content = known.model_dump(exclude={"id", "recorded_at", "withdrawn", "revision"})
        supersede(session, known, ComparabilityBreak(**content, recorded_at=moment_of(session), withdrawn=True))

    assert strength(memory_engine) == (6, "T3")
    assert strength(memory_engine, as_of=NOW) == (2, "T2")


def test_only_the_figures_that_were_known_count_as_of_a_moment(keep: Keep, memory_engine: Engine) -> None:
    keep(map(figure, QUARTERS[:-1]))
    keep([figure(QUARTER)], now=NOW + timedelta(days=1))

    assert strength(memory_engine, as_of=NOW) == (5, "T3")
    assert strength(memory_engine) == (6, "T3")


def test_a_key_result_that_is_not_measured_now_has_no_strength(keep: Keep, memory_engine: Engine) -> None:
    keep([], cadence=Cadence.YEAR)
    with reading(memory_engine) as session:
        evidence = gather_evidence(session, QUARTER.shifted(-1))
        found = facts_of(evidence.subjects[0], evidence, today=NOW.date())

    assert "evidence_tier" not in found
