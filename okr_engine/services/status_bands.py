"""What would change a status: which figures would get which one, everything else being as it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby, pairwise

from okr_engine.model import Status
from okr_engine.model.columns import LARGEST
from okr_engine.rulebook import Rulebook, StatusThen
from okr_engine.services.status_evidence import Evidence, Observation, Subject
from okr_engine.services.status_facts import Facts, facts_of

Judge = Callable[[Sequence[Decimal]], list[Status]]
"""The status each of several figures would get."""

_MOST_STEPS = 60
_IN_THE_UNIT = ("value", "target", "target_low", "target_high", "expected", "previous", "baseline", "limit")


@dataclass(frozen=True)
class Scale:
    """Where figures can lie, and the smallest step between two that are told apart."""

    step: Decimal
    lowest: Decimal | None = None
    highest: Decimal | None = None

    def on_it(self, figure: Decimal) -> Decimal:
        """The nearest place of the scale at or below the figure, or the end it lies beyond."""
        place = (figure / self.step).to_integral_value(ROUND_FLOOR) * self.step
        lowest = -LARGEST if self.lowest is None else self.lowest
        highest = LARGEST if self.highest is None else self.highest
        return min(highest, max(lowest, place))


@dataclass(frozen=True)
class Band:
    """Figures that get the same status, from `low` to `high` with both ends; None where there is no end."""

    status: Status
    low: Decimal | None
    high: Decimal | None

    def distance_from(self, value: Decimal) -> Decimal:
        """The change that takes `value` here, in the indicator's own unit; 0 where it is here already."""
        if self.low is not None and value < self.low:
            return self.low - value
        return self.high - value if self.high is not None and value > self.high else Decimal(0)


def status_bands(
    subject: Subject, evidence: Evidence, rulebook: Rulebook, scale: Scale, *, today: date
) -> tuple[Band, ...]:
    """The bands of one key result in the evidence's quarter, lowest first; none where no figure belongs to it."""
    period = evidence.quarter.of_cadence(subject.cadence)
    if period is None:
        return ()
    series = evidence.observations.get((subject.indicator, subject.unit), {})

    def facts_with(value: Decimal) -> Facts:
        told = {(subject.indicator, subject.unit): {**series, period: Observation(value, None)}}
        return facts_of(subject, replace(evidence, observations=told), today=today)

    def judge(values: Sequence[Decimal]) -> list[Status]:
        facts = [facts_with(value) | {"key": str(place)} for place, value in enumerate(values)]
        told = {int(one.subject): one.then.status for one in rulebook.judge(facts) if isinstance(one.then, StatusThen)}
        return [told[place] for place in range(len(values))]

    known = facts_of(subject, evidence, today=today)
    anchors = [Decimal(str(known[name])) for name in _IN_THE_UNIT if name in known]
    return bands_of(judge, anchors or [Decimal(0)], scale)


def bands_of(judge: Judge, anchors: Iterable[Decimal], scale: Scale) -> tuple[Band, ...]:
    """The bands that a search around the anchors finds, in steps that double; each edge is exact on the scale.

    A band can be missed that is narrower than the steps and lies far from every anchor.
    """
    found = _judged(judge, _places(anchors, scale))
    while between := [_middle(low, high, scale) for low, high in _open_edges(found, scale)]:
        found |= _judged(judge, between)
    runs = [(status, [place for place, _ in run]) for status, run in groupby(sorted(found.items()), lambda one: one[1])]
    bands = [Band(status, places[0], places[-1]) for status, places in runs]
    if scale.lowest is None:
        bands[0] = replace(bands[0], low=None)
    if scale.highest is None:
        bands[-1] = replace(bands[-1], high=None)
    return tuple(bands)


def _judged(judge: Judge, places: Sequence[Decimal]) -> dict[Decimal, Status]:
    return dict(zip(places, judge(places), strict=True))


def _places(anchors: Iterable[Decimal], scale: Scale) -> list[Decimal]:
    around = list(anchors)
    reach = 4 * max(max(abs(one) for one in around), scale.step)
    steps = [Decimal(0)]
    while steps[-1] < reach and len(steps) < _MOST_STEPS:
        steps.append(steps[-1] * 2 or scale.step)
    ends = [end for end in (scale.lowest, scale.highest) if end is not None]
    return sorted({scale.on_it(one + sign * step) for one in around for step in steps for sign in (1, -1)} | set(ends))


def _open_edges(found: dict[Decimal, Status], scale: Scale) -> list[tuple[Decimal, Decimal]]:
    return [
        (low, high)
        for (low, before), (high, after) in pairwise(sorted(found.items()))
        if before != after and high - low > scale.step
    ]


def _middle(low: Decimal, high: Decimal, scale: Scale) -> Decimal:
    middle = scale.on_it((low + high) / 2)
    return middle if low < middle else low + scale.step
