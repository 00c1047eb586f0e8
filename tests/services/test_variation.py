"""Whether a series' latest figure is noise: nothing crosses a break or a gap, and provisional figures wait."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from okr_engine.model import NoDataReason
from okr_engine.periods import Period
from okr_engine.services.figure_series import Observed
from okr_engine.services.variation import variation_of
from okr_engine.statistics.aims import Aim
from okr_engine.statistics.evidence import Wording
from okr_engine.statistics.xmr_charts import Chart
from okr_engine.statistics.xmr_icons import AssuranceIcon, VariationIcon
from okr_engine.statistics.xmr_rules import Label
from okr_engine.terms import Tier

FIRST = Period.parse("2024-01")
STEADY = [10.0, 12.0, 11.0, 13.0, 10.0, 12.0, 11.0, 13.0, 10.0, 12.0, 11.0, 13.0, 12.0]


def figure(month: int, value: float | None, *, provisional: bool = False) -> Observed:
    return Observed(
        period=FIRST.shifted(month),
        value=None if value is None else Decimal(str(value)),
        no_data_reason=NoDataReason.LATE if value is None else None,
        provisional=provisional,
        comment=None,
        revision=1,
        reason=None,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        recorded_by="operator",
        source="run:registers-1",
    )


def charted(told: list[Observed], sign: int = 1, *, breaks: Sequence[date] = (), target: str | None = None) -> Chart:
    return variation_of(told, breaks, Aim(sign, target=Decimal(target) if target else None))


def months(values: list[float]) -> list[Observed]:
    return [figure(month, value) for month, value in enumerate(values)]


@pytest.mark.parametrize(
    ("sign", "value", "icon"),
    [
        (1, 30.0, VariationIcon.IMPROVEMENT_HIGH),
        (1, -9.0, VariationIcon.CONCERN_LOW),
        (-1, 30.0, VariationIcon.CONCERN_HIGH),
        (-1, -9.0, VariationIcon.IMPROVEMENT_LOW),
        (0, 30.0, VariationIcon.NEUTRAL_HIGH),
    ],
)
def test_a_value_beyond_chance_is_better_or_worse_by_the_indicators_direction(
    sign: int, value: float, icon: VariationIcon
) -> None:
    assert charted(months([*STEADY, value]), sign).variation == icon


def test_nothing_crosses_a_break() -> None:
    chart = charted(months([*STEADY, 40.0, 41.0]), breaks=[date(2025, 2, 1)])

    assert [len(one.points) for one in chart.segments] == [13, 2]
    assert (chart.current.tier, chart.variation, chart.signal) == (Tier.PAIR, None, None)


def test_a_break_within_a_period_parts_it_from_what_is_before_and_after() -> None:
    chart = charted(months(STEADY[:6]), breaks=[date(2024, 3, 15)])

    assert [len(one.points) for one in chart.segments] == [2, 1, 3]


def test_a_provisional_figure_is_not_judged_yet() -> None:
    told = months(STEADY)

    chart = charted([*told, figure(len(told), 40.0, provisional=True)])

    assert chart.latest is not None
    assert chart.latest.day == FIRST.shifted(len(told) - 1).start


def test_a_period_that_nothing_is_known_of_is_a_gap() -> None:
    told = [one for month, one in enumerate(months([1, 2, 3, 4, 5, 6, 7, 8])) if month != 3]

    chart = charted(told)

    assert [point.value for point in chart.current.points][3] is None
    assert Label.TREND_INCREASING not in [point.label for point in chart.current.points]


def test_a_missing_latest_figure_has_no_icon() -> None:
    chart = charted([*months(STEADY), figure(len(STEADY), None)])

    assert (chart.variation, chart.signal) == (None, None)


def test_few_figures_are_worded_as_what_they_are() -> None:
    unusual = charted(months([10, 11, 10, 11, 10, 30]))
    assert (unusual.current.tier, unusual.variation) == (Tier.PREDICTION, None)
    assert unusual.signal is not None
    assert unusual.signal.wording == Wording.UNUSUAL


def test_a_target_far_beyond_chance_is_never_reached_as_things_are() -> None:
    chart = charted(months(STEADY), target="90")

    assert chart.assurance == AssuranceIcon.FAIL


def test_a_series_without_figures_says_nothing() -> None:
    assert charted([]).current.tier == Tier.NONE
