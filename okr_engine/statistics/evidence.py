"""The evidence ladder: what may be said with so many comparable points, and what not yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from okr_engine.statistics.intervals import Interval
from okr_engine.statistics.means import prediction_band, sample_of
from okr_engine.statistics.shares import Share, expected_share, together
from okr_engine.statistics.xmr_icons import AssuranceIcon, Improvement, assurance_of
from okr_engine.statistics.xmr_limits import Limits
from okr_engine.statistics.xmr_rules import Rule
from okr_engine.terms import Tier

FEWEST_FOR_A_BAND = 2
FEWEST_FOR_RUNS_ANALYSIS = 10
"""From so many points on the whole series can be asked whether it is one process (Anhøj's rules)."""


class Shown(StrEnum):
    """What may be shown beside the values."""

    LEVEL = "level"
    CHANGE = "change"
    PREDICTION_BAND = "prediction_band"
    TRIAL_LIMITS = "trial_limits"
    LIMITS = "limits"
    FIXED_BASELINE = "fixed_baseline"


class Wording(StrEnum):
    """How firmly a signal may be worded."""

    NOTHING = "nothing"
    UNUSUAL = "unusual"
    POSSIBLE = "possible"
    SIGNAL = "signal"


class Form(StrEnum):
    """How the assurance of a target may be told."""

    NOTHING = "nothing"
    TEXT = "text"
    ICON = "icon"


@dataclass(frozen=True)
class Rung:
    """A tier, from how many points on it is reached, and what it allows."""

    tier: Tier
    fewest: int
    shows: frozenset[Shown]
    wording: Wording = Wording.NOTHING
    rules: frozenset[Rule] = frozenset()
    assurance: Form = Form.NOTHING

    @property
    def has_icons(self) -> bool:
        """Whether the icons of variation and assurance may be given."""
        return self.assurance == Form.ICON


_LEVEL = frozenset({Shown.LEVEL})
_CHANGE = _LEVEL | {Shown.CHANGE}
_BAND = _CHANGE | {Shown.PREDICTION_BAND}
_TRIAL = _BAND | {Shown.TRIAL_LIMITS}
_LIMITS = _BAND | {Shown.LIMITS}
_WITHOUT_TREND = frozenset(Rule) - {Rule.TREND}

LADDER = (
    Rung(Tier.NONE, 0, frozenset()),
    Rung(Tier.LEVEL, 1, _LEVEL),
    Rung(Tier.PAIR, 2, _CHANGE),
    Rung(Tier.PREDICTION, 5, _BAND, Wording.UNUSUAL),
    Rung(Tier.TRIAL, 8, _TRIAL, Wording.POSSIBLE, _WITHOUT_TREND, Form.TEXT),
    Rung(Tier.STANDARD, 13, _LIMITS, Wording.SIGNAL, frozenset(Rule), Form.ICON),
    Rung(Tier.FIRM, 24, _LIMITS | {Shown.FIXED_BASELINE}, Wording.SIGNAL, frozenset(Rule), Form.ICON),
)

FEWEST_FOR_ICONS = next(rung.fewest for rung in LADDER if rung.has_icons)

# By how many average moving ranges a next point misses the mean of so many in one case of a hundred where nothing
# has changed: simulated, 100,000 and more series of normal values each.
_TRIAL_MULTIPLIERS = {4: 6.04, 5: 4.82, 6: 4.20, 8: 3.55, 10: 3.23, 12: 3.04, 16: 2.82, 24: 2.63, 36: 2.50}


def rung(points: int) -> Rung:
    """What `points` comparable points allow, 0 or more."""
    return next(one for one in reversed(LADDER) if points >= one.fewest)


def tier_of(points: int) -> Tier:
    """The tier that `points` comparable points reach, 0 or more."""
    return rung(points).tier


def allows_runs_analysis(points: int) -> bool:
    """Whether runs and crossings of the whole series may be judged."""
    return points >= FEWEST_FOR_RUNS_ANALYSIS


def trial_multiplier(points: int) -> float:
    """How many average moving ranges from the mean of `points` only one next point in a hundred lies by chance.

    Between the tabulated numbers that of the fewer points, which is the more careful one. ValueError below 4.
    """
    known = [fewest for fewest in _TRIAL_MULTIPLIERS if fewest <= points]
    if not known:
        raise ValueError("at least four points")
    return _TRIAL_MULTIPLIERS[max(known)]


def trial_assurance(limits: Limits, target: float, improvement: Improvement) -> AssuranceIcon | None:
    """The assurance that trial limits carry: only of a target so far off that chance reaches it once in a hundred.

    None for any other, without variation, and where no way is better.
    """
    if improvement == Improvement.NEUTRAL or limits.has_no_variation:
        return None
    reach = trial_multiplier(limits.points) * limits.moving_ranges.average
    beyond = (target > limits.mean + reach) - (target < limits.mean - reach)
    return assurance_of(beyond, improvement) if beyond else None


def expected_next(earlier: Sequence[float]) -> Interval | None:
    """The 95 % prediction band of the next value after the `earlier` ones.

    None for fewer than two values and for those that never varied: they say nothing of how far a next one may lie.
    """
    if len(earlier) < FEWEST_FOR_A_BAND:
        return None
    sample = sample_of(earlier)
    return prediction_band(sample) if sample.varies else None


def expected_next_share(earlier: Sequence[Share], *, of: float) -> Interval | None:
    """Where the next share, of a whole of `of`, is to be expected after the `earlier` ones, 0 to 1.

    None for fewer than two shares and for those that were nothing or all: they do not say how a next one may vary.
    """
    if len(earlier) < FEWEST_FOR_A_BAND or together(earlier).value in (0, 1):
        return None
    return expected_share(earlier, of=of).interval
