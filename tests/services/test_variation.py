"""Whether a series' latest figure is noise: nothing crosses a break or a gap, and provisional figures wait."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from okr_engine.model import NoDataReason
from okr_engine.periods import Period
from okr_engine.services.figure_series import Observed
from okr_engine.services.variation import variation_of
from okr_engine.services.variation_words import variation_in_words
from okr_engine.statistics.aims import Aim
from okr_engine.statistics.evidence import Wording
from okr_engine.statistics.p_charts import Method
from okr_engine.statistics.xmr_charts import Chart, Remark
from okr_engine.statistics.xmr_icons import AssuranceIcon, VariationIcon
from okr_engine.statistics.xmr_rules import Label
from okr_engine.terms import Tier
from okr_engine.words import Language

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


# Twenty of a hundred each month, but now in four hundred people and now in sixty.
UNEQUAL = [(400, 80), (60, 12)] * 7


def counted(counts: Sequence[tuple[int, int]], *, of_other: bool = False) -> list[Observed]:
    return [
        replace(
            figure(month, 100 * count / of + (30 if of_other else 0)), numerator=Decimal(count), denominator=Decimal(of)
        )
        for month, (of, count) in enumerate(counts)
    ]


def test_a_share_of_wholes_that_differ_much_is_judged_by_limits_of_each_months_own() -> None:
    chart = charted(counted([*UNEQUAL, (60, 18)]), -1)

    assert chart.current.fit.method == Method.P_PRIME
    assert Remark.WHOLES_VARY in chart.remarks
    assert chart.variation == VariationIcon.COMMON_CAUSE
    assert charted(counted([*UNEQUAL, (400, 120)]), -1).variation == VariationIcon.CONCERN_HIGH


@pytest.mark.parametrize("language", Language)
def test_the_chart_of_shares_is_named_with_the_reason_for_it(language: Language) -> None:
    assert "Laney" in variation_in_words(charted(counted(UNEQUAL)), language)


def test_a_figure_that_is_not_the_share_of_its_counts_is_charted_as_it_is() -> None:
    assert charted(counted(UNEQUAL, of_other=True)).current.fit.method == Method.XMR


@pytest.mark.parametrize(("count", "of"), [(0, 0), (12, -60), (-12, 60), (61, 60)])
def test_counts_that_make_no_share_are_left_alone(count: int, of: int) -> None:
    odd = replace(figure(14, 20.0), numerator=Decimal(count), denominator=Decimal(of))

    chart = charted([*counted(UNEQUAL), odd])

    assert chart.current.fit.method == Method.XMR
    assert chart.variation == VariationIcon.COMMON_CAUSE


def test_a_break_lets_each_stretch_have_the_chart_that_fits_it() -> None:
    chart = charted(counted([*UNEQUAL, *[(400, 80), (400, 84)] * 7]), breaks=[FIRST.shifted(14).start])

    assert [one.fit.method for one in chart.segments] == [Method.P_PRIME, Method.XMR]
