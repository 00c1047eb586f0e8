"""The table beside a chart says what the chart shows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from okr_engine.reports.canvas import Canvas
from okr_engine.reports.figure_rows import FigureRow, figure_rows
from okr_engine.services.figure_series import FigureSeries, Happening, HappeningKind
from okr_engine.statistics.trajectories import Path
from okr_engine.words import Language
from tests.reports.series import FIRST, STEADY, break_on, control_chart_of, counted, month, monthly, target


def told(series: FigureSeries) -> list[FigureRow]:
    return figure_rows(series, control_chart_of(series), Canvas(Language.FI))


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_each_figure_stands_beside_the_target_and_limit_of_its_own_time() -> None:
    moved = (target(85, until=date(2024, 1, 31)), target(90, since=date(2024, 2, 1)))

    first, second = told(monthly([80, 81], targets=moved, limits=(target(70, since=date(2024, 2, 1)),)))

    assert (plain(first.target), first.limit) == ("85,0 %", "")
    assert (plain(second.target), plain(second.limit)) == ("90,0 %", "70,0 %")


def test_a_row_has_the_interval_and_what_was_expected_by_then() -> None:
    path = Path(Decimal(80), Decimal(90), FIRST.start, date(2024, 2, 29), 1)
    sure = month(0, 84, interval_low=Decimal("80.12"), interval_high=Decimal("87.31"))

    first = told(replace(monthly([84, 85], path=path), figures=(sure, month(1, 85))))[0]

    assert plain(first.interval) == "80,1–87,3 %"
    assert plain(first.expected) == "85,0 %"


def test_a_row_has_the_limits_it_lies_between_and_what_it_is_called() -> None:
    last = told(monthly([*STEADY, 99]))[-1]

    assert "keskiarvo" in last.control
    assert last.called == "ylärajan yläpuolella"
    assert "alustavat" in told(monthly(STEADY[:8]))[0].control


def test_a_share_stands_beside_the_limits_of_its_own_whole() -> None:
    small, large, *_, last = told(counted(14, last=99))

    assert "" not in (small.control, large.control)
    assert small.control != large.control
    assert last.called == "ylärajan yläpuolella"


def test_few_points_have_no_limits_and_are_called_nothing() -> None:
    rows = told(monthly(STEADY[:7]))

    assert {(row.control, row.called) for row in rows} == {("", "")}


def test_breaks_and_new_limits_stand_with_the_first_figure_after_them() -> None:
    rows = told(monthly([*STEADY, *STEADY], breaks=(break_on(FIRST.shifted(13).start),)))

    assert rows[12].remarks == ()
    assert rows[13].remarks == (
        "Mittarin määritelmä muuttui 1.2.2025. Uusi laskutapa",
        "Vaihtelun rajat on laskettu uudelleen tästä jaksosta alkaen.",
    )


def test_an_action_stands_with_the_figure_that_called_for_it() -> None:
    raised = Happening(datetime(2026, 3, 1, tzinfo=UTC), HappeningKind.ACTION_RAISED, FIRST.shifted(1), "CA-1")

    first, second = told(monthly([80, 70], happenings=(raised,)))

    assert first.remarks == ()
    assert second.remarks == ("Korjaava toimenpide CA-1 käynnistyi 1.3.2026 jakson helmikuu 2024 tuloksesta.",)


def test_a_missing_figure_says_why() -> None:
    assert told(monthly([80, None]))[1].value == "Tieto on myöhässä"
