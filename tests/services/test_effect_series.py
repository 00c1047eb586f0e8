"""An effect follows from its figures: turned over, moved or scaled they say the same; some must never count."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.model import EffectCheck, NoDataReason
from okr_engine.periods import Cadence, Period
from okr_engine.services.effect_findings import Finding, found_in
from okr_engine.services.effect_series import Obstacle, Omission, Window, sides_of
from okr_engine.services.figure_series import Observed
from okr_engine.statistics.effects import Method, Verdict

TRIGGER = Period.parse("2025-Q2")
COUNTS_FROM = date(2025, 7, 1)
TODAY = date(2035, 1, 1)
RECORDED = datetime(2025, 7, 1, tzinfo=UTC)
VALUES = st.lists(st.integers(0, 100), min_size=0, max_size=14)
FEW = st.lists(st.integers(0, 100), min_size=0, max_size=9)


def figure(period: Period, value: Decimal | int | str | None, **more: object) -> Observed:
    """A final figure; None is one that is not collected."""
    told: dict[str, object] = {
        "no_data_reason": NoDataReason.NOT_COLLECTED if value is None else None,
        "provisional": False,
        "comment": None,
        "revision": 1,
        "reason": None,
        "recorded_at": RECORDED,
        "recorded_by": "test",
        "source": "file:past.xlsx",
    }
    return Observed(period=period, value=None if value is None else Decimal(value), **told | more)  # type: ignore[arg-type]


def series(before: Sequence[object], trigger: object, after: Sequence[object], **more: object) -> list[Observed]:
    """Quarters before the trigger, the trigger, and quarters right after it."""
    values = [*before, trigger, *after]
    first = TRIGGER.shifted(-len(before))
    return [figure(first.shifted(step), value, **more) for step, value in enumerate(values)]  # type: ignore[arg-type]


def check(*, sign: int = 1, expected: str = "5", readings: int = 3) -> EffectCheck:
    return EffectCheck(
        action_id=UUID(int=1),
        round=1,
        indicator_id=UUID(int=2),
        unit_id=UUID(int=3),
        sign=sign,
        expected=Decimal(expected),
        readings=readings,
        cadence=Cadence.QUARTER,
        baseline_ends=date(2025, 3, 31),
        counts_from=COUNTS_FROM,
        registered_at=RECORDED,
    )


def judge(
    figures: Sequence[Observed], registered: EffectCheck | None = None, *, breaks: Sequence[date] = ()
) -> Finding:
    registered = registered or check()
    return found_in(figures, breaks, registered, trigger=TRIGGER, lag=timedelta(0), today=TODAY)


@given(VALUES, st.integers(0, 100), FEW, st.integers(-50, 50), st.sampled_from(["0.5", "2", "10"]))
def test_a_series_turned_over_moved_or_scaled_is_judged_the_same(
    before: list[int], trigger: int, after: list[int], by: int, scale: str
) -> None:
    def told(change: object) -> list[Observed]:
        assert callable(change)
        return series([change(one) for one in before], change(trigger), [change(one) for one in after])

    found = judge(told(Decimal))

    assert judge(told(lambda one: -Decimal(one)), check(sign=-1)).verdict == found.verdict
    assert judge(told(lambda one: Decimal(one + by))).verdict == found.verdict
    scaled = check(expected=str(5 * Decimal(scale)))
    assert judge(told(lambda one: one * Decimal(scale)), scaled).verdict == found.verdict


@given(VALUES, st.integers(-1000, 1000), FEW)
def test_the_figure_that_raised_the_action_never_matters(before: list[int], trigger: int, after: list[int]) -> None:
    found, other = judge(series(before, trigger, after)), judge(series(before, 50, after))

    assert found == other
    assert [one.why for one in found.left_out if one.period == TRIGGER] == [Omission.TRIGGER]


@given(VALUES, FEW, st.integers(0, 40), st.integers(-1000, 1000))
def test_what_lies_across_a_break_never_matters(before: list[int], after: list[int], at: int, instead: int) -> None:
    figures = series(before, 50, after)
    broken = TRIGGER.shifted(at - 20).start
    begins = broken if broken < TRIGGER.start else date.min
    ends = broken if broken >= TRIGGER.start else date.max

    def kept(one: Observed) -> bool:
        return begins <= one.period.start and one.period.end < ends

    changed = [one if kept(one) else figure(one.period, instead) for one in figures]

    assert judge(figures, breaks=[broken]) == judge(changed, breaks=[broken])
    told = judge(figures, breaks=[broken])
    assert all(begins <= one.period.start and one.period.end < ends for one in (*told.before, *told.after))


@given(VALUES, FEW, st.integers(1, 6))
def test_too_few_points_are_never_a_verdict(before: list[int], after: list[int], readings: int) -> None:
    found = judge(series(before, 50, after), check(readings=readings))

    has_enough = len(before) >= 4 and len(after) >= max(3 if len(before) > 4 else 4, readings)
    assert has_enough or not found.is_judged
    assert found.is_judged or found.obstacle is not None


@given(st.integers(0, 100), st.integers(0, 14), st.integers(0, 9))
def test_figures_that_never_change_are_never_effective(value: int, before: int, after: int) -> None:
    found = judge(series([value] * before, 0, [value] * after))

    assert found.verdict == Verdict.CANNOT_BE_JUDGED_YET


def test_one_figure_alone_says_nothing_and_none_at_all_neither() -> None:
    assert judge([figure(TRIGGER, 50)]).obstacle == Obstacle.SHORT_BASELINE
    assert judge([]).obstacle == Obstacle.SHORT_BASELINE


def test_a_quarter_that_nobody_collects_moves_the_earliest_day() -> None:
    without = series([60, 62, 61, 63, 62], 50, [70, 71])
    missing = [*without[:-1], figure(TRIGGER.shifted(2), None), figure(TRIGGER.shifted(3), 71)]

    assert judge(without).until == date(2026, 4, 1)
    assert judge(missing).until == date(2026, 7, 1)
    assert [one.why for one in judge(missing).left_out] == [Omission.TRIGGER, Omission.MISSING]


def test_a_later_figure_than_was_planned_for_does_not_move_the_verdict() -> None:
    planned = series([60, 62, 61, 63, 62], 50, [70, 71, 72])

    assert judge([*planned, figure(TRIGGER.shifted(4), 20)]) == judge(planned)


@pytest.mark.parametrize("of", ["0", "200.5"])
def test_a_share_of_nothing_or_of_no_whole_number_is_judged_as_a_plain_figure(of: str) -> None:
    counted = {"numerator": Decimal(0), "denominator": Decimal(of)}

    assert judge(series([60, 62, 61, 63, 62], 50, [70, 71, 72], **counted)).method == Method.PERMUTATION


@given(st.lists(st.integers(0, 200), min_size=4, max_size=8), st.lists(st.integers(0, 200), min_size=3, max_size=5))
def test_counted_shares_turned_over_are_judged_the_same(before: list[int], after: list[int]) -> None:
    def told(counts: Sequence[int]) -> list[tuple[Decimal, Decimal]]:
        return [(Decimal(count) / 2, Decimal(count)) for count in counts]

    def shares(turned: bool) -> list[Observed]:
        counts = [200 - one if turned else one for one in (*before, 100, *after)]
        first = TRIGGER.shifted(-len(before))
        return [
            figure(first.shifted(step), value, numerator=count, denominator=Decimal(200))
            for step, (value, count) in enumerate(told(counts))
        ]

    found, turned = judge(shares(turned=False)), judge(shares(turned=True), check(sign=-1))

    assert turned.verdict == found.verdict
    assert turned.method == found.method == Method.QUASI_BINOMIAL


def test_months_are_cut_at_their_own_ends() -> None:
    months = [figure(Period.parse("2025-01").shifted(step), 50) for step in range(9)]

    sides = sides_of(months, [], Window(TRIGGER, COUNTS_FROM, Cadence.MONTH))

    assert [one.period.code for one in sides.before] == ["2025-01", "2025-02", "2025-03"]
    assert [one.period.code for one in sides.after] == ["2025-07", "2025-08", "2025-09"]
