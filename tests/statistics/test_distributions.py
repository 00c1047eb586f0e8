"""Tails and quantiles: they agree with published software and with what can be worked out by hand."""

from math import inf, nan, pi, sqrt, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.distributions import (
    beta_below,
    beta_quantile,
    normal_quantile,
    normal_two_sided,
    t_quantile,
    t_two_sided,
)
from okr_engine.statistics.intervals import Z_95, Z_998

# scipy 1.17.1: stats.t.ppf(share, df).
T_QUANTILES = [
    (0.001, 0.5, -102849.11563017554),
    (0.975, 0.5, 164.55767348048818),
    (0.975, 2.5, 3.5746548420036817),
    (0.001, 4, -7.1731822197823085),
    (0.9, 4, 1.533206274058944),
    (0.975, 4, 2.7764451051977934),
    (0.975, 11, 2.200985160091639),
    (0.9995, 11, 4.436979338234516),
    (0.975, 34, 2.0322445093177186),
    (0.975, 1000, 1.9623390808264083),
    (0.9995, 1_000_000, 3.2905364612487222),
]
# scipy 1.17.1: 2·stats.t.sf(|t|, df).
T_TAILS = [
    (0.0, 3, 1.0),
    (1.5, 3, 0.23058386524482294),
    (-2.2, 7.5, 0.0611994659061161),
    (10, 1000, 1.6670702958600137e-22),
    (40, 2, 0.0006244146721847406),
]
# scipy 1.17.1: stats.beta.ppf(share, a, b) and stats.beta.cdf(x, a, b).
BETA_QUANTILES = [
    (0.975, 1, 5, 0.5218237501049814),
    (0.025, 95, 6, 0.8871650888945373),
    (0.975, 0.5, 30.5, 0.07967817381725999),
    (0.999, 1200, 34_000, 0.03715518725920049),
]
BETA_SHARES = [
    (0.1, 2, 3, 0.0523),
    (0.95, 200, 5, 0.02312447395747463),
    (0.5, 0.5, 0.5, 0.5),
    (0.003, 7, 1500, 0.17097527420418024),
]


@pytest.mark.parametrize(("share", "df", "t"), T_QUANTILES)
def test_quantiles_of_students_t_agree_with_published_software(share: float, df: float, t: float) -> None:
    assert t_quantile(share, df) == pytest.approx(t, rel=1e-9)


@pytest.mark.parametrize(("t", "df", "share"), T_TAILS)
def test_tails_of_students_t_agree_with_published_software(t: float, df: float, share: float) -> None:
    assert t_two_sided(t, df) == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize(("share", "a", "b", "x"), BETA_QUANTILES)
def test_quantiles_of_the_beta_distribution_agree_with_published_software(
    share: float, a: float, b: float, x: float
) -> None:
    assert beta_quantile(share, a, b) == pytest.approx(x, rel=1e-9)


@pytest.mark.parametrize(("x", "a", "b", "share"), BETA_SHARES)
def test_the_beta_distribution_agrees_with_published_software(x: float, a: float, b: float, share: float) -> None:
    assert beta_below(x, a, b) == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.500001, 0.975, 0.999999])
def test_one_and_two_degrees_of_freedom_are_what_they_are_by_hand(share: float) -> None:
    apart = 2 * share - 1

    assert t_quantile(share, 1) == pytest.approx(tan(pi * (share - 0.5)), rel=1e-9)
    assert t_quantile(share, 2) == pytest.approx(apart * sqrt(2 / (1 - apart * apart)), rel=1e-9)


def test_normal_quantiles_are_those_that_intervals_use() -> None:
    assert normal_quantile(0.975) == pytest.approx(Z_95, rel=1e-12)
    assert normal_quantile(0.999) == pytest.approx(Z_998, rel=1e-12)
    assert normal_two_sided(Z_95) == pytest.approx(0.05, rel=1e-12)


@given(st.floats(0.0001, 0.9999), st.floats(0.5, 500))
def test_a_quantile_has_its_share_on_either_side_and_mirrors(share: float, df: float) -> None:
    t = t_quantile(share, df)

    assert t_two_sided(t, df) == pytest.approx(2 * min(share, 1 - share), rel=1e-9)
    assert t_quantile(1 - share, df) == pytest.approx(-t, rel=1e-9, abs=1e-9)


def test_half_of_students_t_lies_below_nothing() -> None:
    assert t_quantile(0.5, 7) == 0


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.1, nan])
def test_a_share_that_no_quantile_has_is_refused(share: float) -> None:
    for quantile in (normal_quantile, lambda p: t_quantile(p, 5), lambda p: beta_quantile(p, 1, 1)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            quantile(share)


@pytest.mark.parametrize("df", [0, -1, inf, nan])
def test_degrees_of_freedom_that_are_none_are_refused(df: float) -> None:
    for asked in (t_quantile, t_two_sided, lambda x, a: beta_below(x, a, 1), lambda x, a: beta_quantile(x, 1, a)):
        with pytest.raises(ValueError, match="above nothing"):
            asked(0.9, df)
