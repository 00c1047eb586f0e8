"""Control charts of shares: the p chart, Laney's p′ chart, and which chart fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from statistics import fmean

from okr_engine.statistics.intervals import Interval
from okr_engine.statistics.shares import Share, together

FEWEST_TO_NARROW = 20
"""From so many points on a p′ chart may be narrower than chance; with fewer that is luck, not knowledge."""

LARGEST_SPREAD_OF_WHOLES = 1.5
FEWEST_EXPECTED = 5
FEWEST_FOR_SHARE = 1

_D2, _SCREEN = 1.128, 3.267


class Method(StrEnum):
    """What to draw of a share in time."""

    XMR = "xmr"
    P_PRIME = "p_prime"
    BETWEEN_EVENTS = "between_events"


class Reason(StrEnum):
    """Why a chart of the bare percentages does not fit."""

    WHOLES_VARY = "wholes_vary"
    FEW_EXPECTED = "few_expected"
    RARE = "rare"


@dataclass(frozen=True)
class Fit:
    """The chart that fits, and why it is not the usual one."""

    method: Method
    reasons: tuple[Reason, ...]


USUAL = Fit(Method.XMR, ())
"""A chart of the values as they are."""


@dataclass(frozen=True)
class ChartedShare:
    """A share with its limits of three sigma, and of two, all between 0 and 1."""

    share: Share
    limits: Interval
    near: Interval

    @property
    def is_above(self) -> bool:
        """Whether it lies above its limits; on one it does not."""
        return self.share.value > self.limits.high

    @property
    def is_below(self) -> bool:
        """Whether it lies below its limits; on one it does not."""
        return self.share.value < self.limits.low

    @property
    def is_outside(self) -> bool:
        """Whether it lies above or below its limits."""
        return self.is_above or self.is_below


@dataclass(frozen=True)
class ShareChart:
    """Shares around `centre`. `sigma_z` is Laney's, None on a p chart; `widened` is what the limits of chance were
    multiplied by.
    """

    centre: float
    sigma_z: float | None
    widened: float
    points: tuple[ChartedShare, ...]

    @property
    def varies(self) -> bool:
        """Whether there is chance at work at all; a share that is always nothing or all has limits without width."""
        return 0 < self.centre < 1


def p_chart(shares: Sequence[Share], *, baseline: int | None = None) -> ShareChart:
    """The p chart of `shares`, oldest first: p0 ± 3·√(p0(1 − p0)/n), p0 of the first `baseline` points or of all.

    Montgomery 2013 (Introduction to Statistical Quality Control, 7.2). ValueError without a share.
    """
    return _chart(shares, _centre(_baseline(shares, baseline)), None, 1.0)


def p_prime_chart(
    shares: Sequence[Share], *, baseline: int | None = None, screens: bool = False, may_narrow: bool | None = None
) -> ShareChart:
    """Laney's p′ chart of `shares`, oldest first: the limits of a p chart times σz, for shares that vary beyond chance.

    σz is the mean moving range of z = (p − p0)/√(p0(1 − p0)/n) over 1.128: Laney 2002 (Qual Eng 14:531). With `screens`
    moving ranges of 3.267 times their mean and more are left out, once and unless nothing else moves (Provost & Murray
    2011). Below 20 points σz counts as 1 where it is less, unless `may_narrow` says otherwise. ValueError with fewer
    than two shares to learn from.
    """
    known = _baseline(shares, baseline)
    if len(known) < 2:
        raise ValueError("at least two shares, to tell how they vary")
    centre = _centre(known)
    sigma_z = _sigma_z(known, centre, screens=screens)
    narrows = len(known) >= FEWEST_TO_NARROW if may_narrow is None else may_narrow
    return _chart(shares, centre, sigma_z, sigma_z if narrows else max(1.0, sigma_z))


def fitting_chart(shares: Sequence[Share]) -> Fit:
    """Which chart fits: of the percentages, p′ where wholes vary by half or few are expected, or none of shares at all.

    Few are fewer than five in the smallest whole, of the rarer side, so that a share and what it leaves get the same
    answer. With less than one the time between events tells more. Product conventions (after davidmwilliamsphd.com).
    """
    whole = _whole(shares)
    wholes = [share.of for share in shares]
    # From the counts: in a computer 1 - 0.9 is less than 0.1, and what is left would lie beyond a bound that the share
    # lies on.
    expected = min(wholes) * min(whole.count, whole.of - whole.count) / whole.of
    if expected < FEWEST_FOR_SHARE:
        return Fit(Method.BETWEEN_EVENTS, (Reason.RARE,))
    tests = {
        Reason.WHOLES_VARY: max(wholes) / min(wholes) > LARGEST_SPREAD_OF_WHOLES,
        Reason.FEW_EXPECTED: expected < FEWEST_EXPECTED,
    }
    reasons = tuple(reason for reason, applies in tests.items() if applies)
    return Fit(Method.P_PRIME, reasons) if reasons else USUAL


def _baseline(shares: Sequence[Share], baseline: int | None) -> Sequence[Share]:
    if baseline is not None and not 1 <= baseline <= len(shares):
        raise ValueError(f"a baseline of 1 to {len(shares)} of the shares, not {baseline}")
    return shares[:baseline]


def _centre(shares: Sequence[Share]) -> float:
    return _whole(shares).value


def _whole(shares: Sequence[Share]) -> Share:
    if not shares:
        raise ValueError("at least one share")
    return together(shares)


def _sigma_z(shares: Sequence[Share], centre: float, *, screens: bool) -> float:
    if centre in (0, 1):
        return 0.0
    scores = [(share.value - centre) / sqrt(centre * (1 - centre) / share.of) for share in shares]
    ranges = [abs(after - before) for before, after in pairwise(scores)]
    if screens:
        limit = _SCREEN * fmean(ranges)
        kept = [each for each in ranges if each < limit]
        ranges = kept if any(kept) else ranges
    return fmean(ranges) / _D2


def _chart(shares: Sequence[Share], centre: float, sigma_z: float | None, widened: float) -> ShareChart:
    points = tuple(
        ChartedShare(share, _limits(centre, share.of, 3 * widened), _limits(centre, share.of, 2 * widened))
        for share in shares
    )
    return ShareChart(centre, sigma_z, widened, points)


def _limits(centre: float, of: float, sigmas: float) -> Interval:
    spread = sigmas * sqrt(centre * (1 - centre) / of)
    return Interval(max(0.0, centre - spread), min(1.0, centre + spread))
