"""Student's t: its quantiles are the published ones."""

import pytest

from okr_engine.statistics.student_t import t_quantile, t_within
from tests.statistics.vectors import vectors


# scipy.stats.t.ppf, and the closed forms tan(π(p − ½)) and (2p − 1)/√(2p(1 − p)).
@pytest.mark.parametrize(
    ("share", "df", "t"),
    [
        (0.975, 1, 12.706204736174707),
        (0.975, 2, 4.302652729749464),
        (0.975, 3, 3.182446305283710),
        (0.975, 4, 2.776445105197793),
        (0.975, 10, 2.228138851964939),
        (0.995, 11, 3.105806515539072),
        (0.975, 29, 2.045229642132703),
        (0.975, 120, 1.979930405052777),
        (0.5, 7, 0.0),
    ],
)
def test_quantiles_of_students_t_are_the_published_ones(share: float, df: int, t: float) -> None:
    assert t_quantile(share, df) == pytest.approx(t, rel=1e-9)


def test_quantiles_of_students_t_agree_with_published_software() -> None:
    for case in vectors("survey/csat_ces_means")["cases"]:
        reach = (case["t_ci"][1] - case["t_ci"][0]) / 2

        assert t_quantile(0.975, case["n"] - 1) * case["sd"] / case["n"] ** 0.5 == pytest.approx(reach, rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 8, 61, 1_000, 9_999])
def test_a_quantile_holds_as_much_as_it_says(df: int) -> None:
    assert t_within(t_quantile(0.975, df), df) == pytest.approx(0.95, rel=1e-12)


@pytest.mark.parametrize(("share", "df"), [(0.4, 5), (1.0, 5), (0.9, 0)])
def test_a_quantile_of_nothing_is_refused(share: float, df: int) -> None:
    with pytest.raises(ValueError, match=r"at least one|one half"):
        t_quantile(share, df)
