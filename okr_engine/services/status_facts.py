"""What the rules are told: facts per key result and quarter, computed here, rounded once, only compared later."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, TypeVar

from okr_engine.model import (
    Direction,
    IndicatorKind,
    NoDataReason,
    Polarity,
    TargetBasis,
)
from okr_engine.model.columns import LARGEST
from okr_engine.periods import Period
from okr_engine.services.status_evidence import LOOK_BACK, DatedLimit, Evidence, Observation, Subject
from okr_engine.statistics.aims import Aim, worsened_in_a_row
from okr_engine.statistics.evidence import tier_of
from okr_engine.statistics.trajectories import Path, elapsed_share, path_of

STRENGTH = ("comparable_points", "evidence_tier")
"""The facts that say how much a status rests on; decisions have carried them since the rules of 2025.2."""

_FOUR_DECIMALS = Decimal("0.0001")
_SIGN = {Polarity.HIGHER: 1, Polarity.LOWER: -1, Polarity.NEITHER: 0}

Facts = dict[str, str | int | float]


def facts_of(subject: Subject, evidence: Evidence, *, today: date) -> Facts:
    """The facts about one key result in the evidence's quarter; what does not apply is absent."""
    period = evidence.quarter.of_cadence(subject.cadence)
    base: Facts = {
        "type": "key_result",
        "key": str(subject.id),
        "kind": subject.kind.value,
        "direction": subject.direction.value,
    }
    if period is None:
        return base | {"measured_now": 0, "has_value": 0, "has_target": 0, "judgeable": 0}
    target = in_force(evidence.targets.get(subject.id, ()), period.end)
    aim = aim_of(subject.direction, subject.better, target)
    series = evidence.observations.get((subject.indicator, subject.unit), {})
    base |= _numbers(
        target=aim.target,
        target_low=aim.low,
        target_high=aim.high,
        time_share=elapsed_share(subject.starts, subject.due, period.end),
    )
    base |= {"has_target": int(aim.has_target)}
    if target is not None and target.basis == TargetBasis.STATUTORY:
        base |= {"statutory_target": 1}
    base |= _strength(subject, period, series, evidence)
    observed = series.get(period)
    if observed is None or observed.value is None:
        reason = observed.no_data_reason if observed else _why_missing(period, subject.lag_days, today)
        return base | {"has_value": 0, "judgeable": 0, "no_data_reason": (reason or NoDataReason.LATE).value}
    return base | _facts_of_value(subject, aim, observed.value, period, series, evidence)


def aim_of(direction: Direction, better: Polarity, target: DatedLimit | None) -> Aim:
    """What a direction, with the indicator's own good way and the target in force, asks of the figure."""
    if direction == Direction.WITHIN:
        return Aim(0, low=target.low, high=target.high) if target else Aim(0)
    sign = {
        Direction.INCREASE: 1,
        Direction.AT_LEAST: 1,
        Direction.DECREASE: -1,
        Direction.AT_MOST: -1,
        Direction.IMPROVE: _SIGN[better],
        Direction.NEUTRAL: 0,
    }[direction]
    return Aim(sign, target=target.value if target and sign else None)


class Dated(Protocol):
    """What holds from one day to another."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


class Walk(Protocol):
    """What a path needs of a key result."""

    @property
    def direction(self) -> Direction: ...
    @property
    def baseline(self) -> Decimal | None: ...
    @property
    def starts(self) -> date: ...
    @property
    def due(self) -> date: ...


def path_from(key_result: Walk, kind: IndicatorKind, aim: Aim, breaks: Iterable[date], until: date) -> Path | None:
    """The way to walk, where the direction has one and no break up to `until` parts the figures from their baseline.

    The progress of work starts from nothing, which no break can part it from.
    """
    if not key_result.direction.has_path:
        return None
    if key_result.baseline is None:
        start = Decimal(0) if kind == IndicatorKind.PROGRESS else None
    else:
        start = None if any(key_result.starts <= day <= until for day in breaks) else key_result.baseline
    return path_of(aim, start, key_result.starts, key_result.due)


def in_force(dated: Iterable[D], day: date) -> D | None:
    """Of what is dated, a target or a limit, the one that holds on `day`; of several the one that began last."""
    holding = [one for one in dated if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return max(holding, key=lambda one: one.valid_from, default=None)


def crosses_break(breaks: Iterable[date], earlier: Period, later: Period) -> bool:
    """Whether a comparison of the two periods crosses a break; a break inside a period makes that period mixed."""
    return any(earlier.start < day <= later.end for day in breaks)


def _strength(subject: Subject, period: Period, series: Mapping[Period, Observation], evidence: Evidence) -> Facts:
    """How many final figures can be compared with the period's, itself included, and what so many can carry."""
    points = evidence.points.get((subject.indicator, subject.unit), 0)
    last = max((day for day in evidence.breaks.get(subject.indicator, ()) if day <= period.end), default=None)
    observed = series.get(period)
    if last is not None and period.start < last and observed is not None:
        points += observed.is_final
    return {"comparable_points": points, "evidence_tier": tier_of(points).value}


def _facts_of_value(
    subject: Subject,
    aim: Aim,
    value: Decimal,
    period: Period,
    series: Mapping[Period, Observation],
    evidence: Evidence,
) -> Facts:
    breaks = evidence.breaks.get(subject.indicator, ())
    holds = not any(subject.starts <= day <= period.end for day in breaks)
    baseline = subject.baseline if holds else None
    path = path_from(subject, subject.indicator_kind, aim, breaks, period.end)
    earlier = list(_earlier(series, period))
    comparable = [known for one, known in earlier if not crosses_break(breaks, one, period)]
    previous = comparable[-1] if comparable else None
    missed = aim.missed_by(value)
    expected = path.expected_on(period.end) if path else None
    behind = -_improved(aim, expected, value) if expected is not None else None
    flags: Facts = {
        "has_value": 1,
        "has_baseline": int(subject.baseline is not None),
        "has_path": int(path is not None),
        "comparable": int(previous is not None),
        "crosses_break": int(bool(earlier) and previous is None),
        "judgeable": int(aim.has_target or (aim.sign != 0 and (baseline is not None or previous is not None))),
        "worsened_in_a_row": worsened_in_a_row(aim, [*comparable, value]),
        "below_limit_periods": _below_limit_periods(
            subject, period, series, evidence.limits.get(subject.indicator, ())
        ),
    }
    if missed is not None:
        flags["met"] = int(missed == 0)
    return flags | _numbers(
        value=value,
        baseline=subject.baseline,
        expected=expected,
        previous=previous if previous is not None else (earlier[-1][1] if earlier else None),
        limit=_limit_value(evidence.limits.get(subject.indicator, ()), period),
        missed_by=missed,
        missed_by_points=missed if subject.measure.in_points else None,
        missed_by_percent=_share_of_target(missed, aim) if not subject.measure.in_points else None,
        behind_by=behind,
        path_share=path.walked_share(value, period.end) if path else None,
        improved_by=aim.improvement(previous, value) if previous is not None else None,
        improved_from_baseline=aim.improvement(baseline, value) if baseline is not None else None,
    )


def _earlier(series: Mapping[Period, Observation], period: Period) -> Iterator[tuple[Period, Decimal]]:
    """The values of the periods before, oldest first."""
    for back in range(LOOK_BACK, 0, -1):
        one = period.shifted(-back)
        if (seen := series.get(one)) is not None and seen.value is not None:
            yield one, seen.value


def _improved(aim: Aim, before: Decimal, after: Decimal) -> Decimal:
    return aim.improvement(before, after) or Decimal(0)


def _share_of_target(missed: Decimal | None, aim: Aim) -> Decimal | None:
    if missed is None or aim.is_range or not aim.target:
        return None
    return missed / abs(aim.target) * 100


def _below_limit_periods(
    subject: Subject, period: Period, series: Mapping[Period, Observation], limits: Sequence[DatedLimit]
) -> int:
    sign = _SIGN[subject.better]
    count = 0
    while sign and limits and count <= LOOK_BACK:
        at = period.shifted(-count)
        observed, limit = series.get(at), _limit_value(limits, at)
        if observed is None or observed.value is None or limit is None or sign * (observed.value - limit) >= 0:
            break
        count += 1
    return count


def _limit_value(limits: Sequence[DatedLimit], period: Period) -> Decimal | None:
    holding = in_force(limits, period.end)
    return holding.value if holding else None


def _why_missing(period: Period, lag_days: int, today: date) -> NoDataReason:
    return NoDataReason.NOT_YET_DUE if today <= period.end + timedelta(days=lag_days) else NoDataReason.LATE


def _numbers(**figures: Decimal | None) -> Facts:
    """The figures that exist, rounded to four decimals, as JSON numbers."""
    return {name: _number(figure) for name, figure in figures.items() if figure is not None}


def _number(figure: Decimal) -> int | float:
    # A difference or a share of extreme figures can outgrow what a figure may be; beyond that all compare the same.
    figure = min(LARGEST, max(-LARGEST, figure))
    rounded = float(figure.quantize(_FOUR_DECIMALS, ROUND_HALF_UP))
    return int(rounded) if rounded.is_integer() else rounded
