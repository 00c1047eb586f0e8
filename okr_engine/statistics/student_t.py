"""Student's t: how far a mean of few values may lie from the truth."""

from functools import lru_cache
from math import atan, cos, exp, lgamma, pi, sin, sqrt, tan

_MOST_STEPS = 100


def t_within(t: float, df: int) -> float:
    """The share of Student's t with a whole number `df` of degrees of freedom between -|t| and |t|.

    Abramowitz & Stegun 26.7.3 and 26.7.4. ValueError unless df ≥ 1.
    """
    _refuse_unless_positive(df)
    return _within(atan(abs(t) / sqrt(df)), df)


@lru_cache(maxsize=4096)
def t_quantile(share: float, df: int) -> float:
    """The t below which `share` of Student's t lies, ½ ≤ share < 1, with a whole number `df` of degrees of freedom.

    By Newton's steps on the angle: the share grows ever more slowly with it, so that they come from one side and never
    pass. ValueError for another share or df < 1.
    """
    _refuse_unless_positive(df)
    if not 0.5 <= share < 1:
        raise ValueError("a share from one half to less than one")
    inside, angle = 2 * share - 1, 0.0
    steepest = 2 * exp(lgamma((df + 1) / 2) - lgamma(df / 2)) / sqrt(pi)
    for _ in range(_MOST_STEPS):
        step = (inside - _within(angle, df)) / (steepest * cos(angle) ** (df - 1))
        angle += step
        if step <= 1e-15 * angle:
            break
    return sqrt(df) * tan(angle)


def _within(angle: float, df: int) -> float:
    if df == 1:
        return 2 * angle / pi
    square = cos(angle) ** 2
    term, total = (1.0, 1.0) if df % 2 == 0 else (cos(angle), cos(angle))
    for number in range(2 + df % 2, df - 1, 2):
        term *= square * (number - 1) / number
        total += term
    return sin(angle) * total if df % 2 == 0 else 2 / pi * (angle + sin(angle) * total)


def _refuse_unless_positive(df: int) -> None:
    if df < 1:
        raise ValueError("at least one degree of freedom")
