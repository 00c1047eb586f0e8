"""A series as a chart: what is on it, what parts it, and that its words do not meet."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from okr_engine.reports.canvas import Canvas, Ground
from okr_engine.reports.drawing import LineKind, MarkKind, Signal
from okr_engine.reports.figure_chart import drawing_of, figure_chart
from okr_engine.reports.labels import Word, words_of
from okr_engine.services.figure_series import FigureSeries, Happening, HappeningKind
from okr_engine.statistics.trajectories import Path, Step, SteppedPath
from okr_engine.words import Language
from tests.reports.series import FIRST, STEADY, break_on, control_chart_of, counted, month, monthly, target

FINNISH = Canvas(Language.FI)


def chart(series: FigureSeries, sign: int = 1, canvas: Canvas = FINNISH) -> dict[str, Any]:
    return figure_chart(series, control_chart_of(series, sign), canvas)


def rows(series: FigureSeries, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chart(series)["datasets"].get(name, [])
    return found


def test_no_line_runs_across_a_break_or_a_missing_figure() -> None:
    series = monthly([80, 81, None, 82, 83], breaks=(break_on(FIRST.shifted(4).start),))

    assert [row["stretch"] for row in rows(series, "dots")] == [0, 0, 1, 2]


def test_a_provisional_figure_is_an_open_dot() -> None:
    series = monthly([80, 81])
    series = replace(series, figures=(series.figures[0], replace(series.figures[1], provisional=True)))

    first, last = rows(series, "dots")

    assert first["fill"] == first["colour"]
    assert last["fill"] == "#FFFFFF"
    assert last["colour"] == first["colour"]


def test_a_target_is_drawn_on_the_days_on_which_it_is_in_force() -> None:
    moved = (target(85, until=date(2024, 2, 29)), target(90, since=date(2024, 3, 1)))

    earlier, later = rows(monthly([80, 81, 82, 83], targets=moved), "target")

    assert (earlier["value"], earlier["until"]) == (85, date(2024, 2, 29).toordinal())
    assert (later["value"], later["day"]) == (90, date(2024, 3, 1).toordinal())


def test_target_limit_and_trial_limits_differ_by_their_dashes() -> None:
    series = monthly(STEADY[:8], targets=(target(90),), limits=(target(85),))

    marks = [layer["mark"] for layer in chart(series)["layer"] if layer["data"]["name"] in ("target", "limit", "trial")]

    assert len({str(mark["strokeDash"]) for mark in marks}) == 3


def test_control_limits_are_dashed_only_while_they_are_on_trial() -> None:
    assert rows(monthly(STEADY[:7]), "trial") == []
    assert len(rows(monthly(STEADY[:8]), "trial")) == 2
    assert len(rows(monthly(STEADY), "control")) == 2
    assert rows(monthly(STEADY), "trial") == []


def test_a_shares_limits_are_cut_where_nothing_can_lie_beyond() -> None:
    series = monthly([99, 90] * 8)

    assert max(row["value"] for row in rows(series, "control")) == 100


def test_limits_of_each_shares_own_go_in_steps_around_one_mean() -> None:
    drawn = chart(counted(14))["datasets"]

    levels = {row["value"] for row in drawn["control"] if row["value"] == row["to"]}
    assert len(drawn["mean"]) == 1
    assert len(levels) == 4
    assert all(row["day"] == row["until"] for row in drawn["control"] if row["value"] != row["to"])


def test_steps_are_dashed_while_they_are_on_trial() -> None:
    assert rows(counted(7), "trial") == rows(counted(7), "control") == []
    assert (len(rows(counted(8), "trial")) > 2, rows(counted(8), "control")) == (True, [])


def test_steps_of_shares_are_cut_where_nothing_can_lie_beyond() -> None:
    series = counted(14)
    nearly = [
        replace(one, value=Decimal(95), numerator=one.denominator * 19 / 20)
        for one in series.figures
        if one.denominator is not None
    ]

    levels = [row["value"] for row in rows(replace(series, figures=tuple(nearly)), "control")]

    assert max(levels) == 100


def test_a_missing_share_leaves_a_gap_between_the_steps() -> None:
    series = counted(15)
    gap = replace(series, figures=(*series.figures[:6], month(6, None), *series.figures[7:]))

    drawn = rows(gap, "control")
    assert drawn
    assert not any(row["day"] < FIRST.shifted(6).start.toordinal() + 9 < row["until"] for row in drawn)


def test_a_share_beyond_its_own_limits_is_a_signal_and_called_so() -> None:
    drawn = chart(counted(14, last=99))

    last = drawn["datasets"]["dots"][-1]
    assert (last["shape"], last["called"]) == ("triangle-up", "ylärajan yläpuolella")
    assert "called" in str(drawn["layer"])


@pytest.mark.parametrize("count", [8, 13, 26, 60])
@pytest.mark.parametrize("width", [300, 860])
def test_steps_are_named_once_and_their_words_meet_no_others(count: int, width: int) -> None:
    series, canvas = counted(count), Canvas(Language.FI, width=width)
    drawing = drawing_of(series, control_chart_of(series), canvas)

    words = words_of(drawing, Ground.of(drawing, canvas))

    assert sum("raja" in one.text for one in words) == 2
    assert [pair for pair in combinations(words, 2) if meet(*pair)] == []


def test_where_new_limits_begin_a_mark_says_since_when_and_why() -> None:
    series = monthly([*STEADY, *STEADY], breaks=(break_on(FIRST.shifted(13).start),))

    [rebase] = [
        one for one in drawing_of(series, control_chart_of(series), FINNISH).marks if one.kind == MarkKind.REBASE
    ]

    assert rebase.day == FIRST.shifted(13).start
    assert rebase.why == "uudet rajat 1.2.2025 alkaen. Mittarin määritelmä muuttui 1.2.2025. Uusi laskutapa"


def test_no_rebase_is_told_where_no_limits_are_drawn() -> None:
    series = monthly([80, 81, 82, 83], breaks=(break_on(FIRST.shifted(2).start),))

    kinds = [one.kind for one in drawing_of(series, control_chart_of(series), FINNISH).marks]

    assert kinds == [MarkKind.BREAK]


@pytest.mark.parametrize(
    ("value", "sign", "signal"),
    [
        (99.0, 1, Signal.HIGH_GOOD),
        (99.0, -1, Signal.HIGH_BAD),
        (99.0, 0, Signal.HIGH),
        (60.0, 1, Signal.LOW_BAD),
        (60.0, -1, Signal.LOW_GOOD),
        (60.0, 0, Signal.LOW),
    ],
)
def test_a_signal_points_where_it_lies_and_its_colour_says_whether_that_is_good(
    value: float, sign: int, signal: Signal
) -> None:
    series = monthly([*STEADY, value])

    dots = drawing_of(series, control_chart_of(series, sign), FINNISH).dots

    assert dots[-1].signal == signal
    assert chart(series, sign)["datasets"]["dots"][-1]["shape"] == f"triangle-{'up' if value > 90 else 'down'}"


def test_few_points_show_no_signal() -> None:
    series = monthly([80, 81, 80, 81, 99])

    assert {one.signal for one in drawing_of(series, control_chart_of(series), FINNISH).dots} == {None}


def test_an_interval_is_a_band_over_the_days_its_figure_tells_of() -> None:
    sure = month(0, 80, interval_low=Decimal(76), interval_high=Decimal(84), n=400)
    series = replace(monthly([80, 81]), figures=(sure, month(1, 81)))

    [band] = rows(series, "bands")

    assert (band["low"], band["high"]) == (76, 84)
    assert (band["day"], band["until"]) == (date(2024, 1, 1).toordinal(), date(2024, 1, 31).toordinal())


@pytest.mark.parametrize(
    ("path", "shape", "corners"),
    [
        (Path(Decimal(80), Decimal(90), FIRST.start, date(2024, 4, 30), 1), "linear", [80, 90]),
        (
            SteppedPath(Decimal(80), (Step(date(2024, 2, 29), Decimal(84)), Step(date(2024, 4, 30), Decimal(90))), 1),
            "step-after",
            [80, 84, 90, 90],
        ),
    ],
)
def test_a_path_is_a_line_or_goes_in_steps(path: Path | SteppedPath, shape: str, corners: list[float]) -> None:
    drawn = chart(monthly([80, 81, 82, 83], path=path))

    [line] = [layer["mark"] for layer in drawn["layer"] if layer["data"]["name"] == "path"]
    assert line["interpolate"] == shape
    assert [row["value"] for row in drawn["datasets"]["path"]] == corners


def happened(day: date, code: str, kind: HappeningKind = HappeningKind.ACTION_RAISED) -> Happening:
    return Happening(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), kind, FIRST, code)


def test_what_happened_is_numbered_below_the_figures_and_neighbours_share_a_note() -> None:
    told = (happened(date(2024, 2, 1), "CA-1"), happened(date(2024, 2, 3), "CA-2"), happened(date(2024, 9, 1), "CA-3"))

    notes = rows(monthly(STEADY, happenings=told), "notes")

    assert [one["number"] for one in notes] == ["1–2", "3"]
    assert "CA-1" in notes[0]["said"]
    assert "CA-2" in notes[0]["said"]


def test_what_happened_after_the_last_day_stands_at_the_edge_with_an_arrow() -> None:
    [note] = rows(monthly([80, 81], happenings=(happened(date(2026, 1, 1), "CA-1"),)), "notes")

    assert (note["number"], note["day"]) == ("1›", date(2024, 2, 29).toordinal())
    assert "1.1.2026" in note["said"]


def test_a_happening_has_the_day_of_the_house() -> None:
    late = Happening(datetime(2024, 1, 31, 23, tzinfo=UTC), HappeningKind.ACTION_RAISED, FIRST, "CA-1")

    [note] = rows(monthly([80, 81], happenings=(late,)), "notes")

    assert "1.2.2024" in note["said"]


@pytest.mark.parametrize("language", Language)
def test_every_word_is_known_in_every_language(language: Language) -> None:
    series = monthly(
        [*STEADY, 99, *STEADY],
        breaks=(break_on(FIRST.shifted(14).start),),
        targets=(target(95),),
        limits=(target(90),),
        baseline=Decimal(79),
        happenings=(happened(date(2024, 2, 1), "CA-1"),),
    )

    assert "«" not in str(chart(series, canvas=Canvas(language)))


@pytest.mark.parametrize("count", [1, 2, 4, 8, 13, 24, 60])
@pytest.mark.parametrize("width", [250, 300, 860])
def test_no_two_words_meet_and_none_leaves_the_chart(count: int, width: int) -> None:
    values = [80 + number * 7 % 11 for number in range(count)]
    series = monthly(
        values,
        targets=(target(90), target(90.3)),
        limits=(target(89.8),),
        breaks=(break_on(FIRST.shifted(count // 2).start),),
        baseline=Decimal(80),
    )
    canvas = Canvas(Language.FI, width=width)
    drawing = drawing_of(series, control_chart_of(series), canvas)

    words = words_of(drawing, Ground.of(drawing, canvas))

    assert any("Tavoitetaso" in one.text for one in words)
    assert [pair for pair in combinations(words, 2) if meet(*pair)] == []
    assert all(left(one) >= -8 and left(one) + width_of(one) <= width + 8 for one in words)


def meet(one: Word, other: Word) -> bool:
    is_beside = left(one) + width_of(one) <= left(other) or left(other) + width_of(other) <= left(one)
    return not is_beside and abs(one.y - other.y) < 12


def left(word: Word) -> float:
    return word.x + word.aside - {"left": 0.0, "center": 0.5, "right": 1.0}[word.align] * width_of(word)


def width_of(word: Word) -> float:
    """As wide as our letters are on average at that size."""
    return 6 * len(word.text)


def test_a_constant_series_and_a_single_figure_lie_on_the_chart() -> None:
    for values in ([100.0] * 13, [0.0]):
        series = monthly(values)
        drawing = drawing_of(series, control_chart_of(series), FINNISH)
        ground = Ground.of(drawing, FINNISH)
        assert all(0 < ground.y(dot.value) < ground.height for dot in drawing.dots)


def test_a_target_alone_does_not_need_a_control_chart() -> None:
    drawing = drawing_of(monthly([80, 81], targets=(target(90),)), None, FINNISH)

    assert [line.kind for line in drawing.lines] == [LineKind.TARGET]
