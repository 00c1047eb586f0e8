"""Where each fact behind a status comes from: who recorded which figure, target or limit, and what was computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from sqlmodel import Session, select

from okr_engine.database import was_current
from okr_engine.i18n.formats import NOTHING
from okr_engine.model import Limit, Target
from okr_engine.periods import Period
from okr_engine.services.figure_series import Observed
from okr_engine.services.people import named
from okr_engine.services.status_facts import in_force
from okr_engine.words import Message, message


class Origin(Enum):
    """What a fact was read from."""

    FIGURE = auto()
    EARLIER_FIGURE = auto()
    TARGET = auto()
    LIMIT = auto()
    COMMITMENT = auto()
    INDICATOR = auto()
    BREAKS = auto()
    SERIES = auto()


ORIGINS: Mapping[str, Origin | tuple[str, ...]] = {
    "direction": Origin.COMMITMENT,
    "kind": Origin.COMMITMENT,
    "baseline": Origin.COMMITMENT,
    "has_baseline": Origin.COMMITMENT,
    "time_share": Origin.COMMITMENT,
    "measured_now": Origin.INDICATOR,
    "value": Origin.FIGURE,
    "has_value": Origin.FIGURE,
    "no_data_reason": Origin.FIGURE,
    "previous": Origin.EARLIER_FIGURE,
    "target": Origin.TARGET,
    "target_low": Origin.TARGET,
    "target_high": Origin.TARGET,
    "has_target": Origin.TARGET,
    "statutory_target": Origin.TARGET,
    "limit": Origin.LIMIT,
    "comparable": Origin.BREAKS,
    "crosses_break": Origin.BREAKS,
    "comparable_points": Origin.SERIES,
    "evidence_tier": ("comparable_points",),
    "has_path": ("baseline", "target"),
    "expected": ("baseline", "target", "time_share"),
    "met": ("value", "target"),
    "missed_by": ("value", "target"),
    "missed_by_points": ("value", "target"),
    "missed_by_percent": ("value", "target"),
    "behind_by": ("value", "expected"),
    "path_share": ("value", "baseline", "expected"),
    "improved_by": ("value", "previous"),
    "improved_from_baseline": ("value", "baseline"),
    "judgeable": ("target", "previous", "baseline"),
    "worsened_in_a_row": ("value", "previous"),
    "below_limit_periods": ("value", "limit"),
}
"""For each fact about a key result: what it was read from, or the facts it was computed from."""


@dataclass(frozen=True)
class Sources:
    """What the facts of one decision were read from, as it was known then."""

    figures: Mapping[Period, Observed]
    target: Target | None
    limit: Limit | None
    names: Mapping[str, Message | str]

    def origin_of(self, fact: str, period: Period) -> Message:
        """The origin of a fact that was decided on for `period`, as a sentence."""
        match ORIGINS[fact]:
            case Origin.FIGURE:
                return self._figure(self.figures.get(period))
            case Origin.EARLIER_FIGURE:
                return self._figure(_before(period, self.figures))
            case Origin.TARGET:
                return self._target()
            case Origin.LIMIT:
                return self._limit()
            case Origin() as origin:
                return message(f"fact_origin.{origin.name.lower()}")
            case computed_from:
                return message("fact_origin.computed", facts=[message(f"rules.fact.{name}") for name in computed_from])

    def _figure(self, one: Observed | None) -> Message:
        if one is None:
            return message("fact_origin.no_figure")
        by, at = self.names[one.recorded_by], one.recorded_at
        return message("fact_origin.figure", period=one.period, source=one.source, name=by, at=at)

    def _target(self) -> Message:
        one = self.target
        if one is None:
            return message("fact_origin.no_target")
        key = "fact_origin.target_with_reason" if one.reason else "fact_origin.target"
        by = self.names[one.recorded_by]
        return message(key, since=one.valid_from, reason=one.reason, name=by, at=one.recorded_at)

    def _limit(self) -> Message:
        one = self.limit
        if one is None:
            return message("fact_origin.no_limit")
        by, at = self.names[one.recorded_by], one.recorded_at
        return message("fact_origin.limit", section=one.section_of_law or NOTHING, since=one.valid_from, name=by, at=at)


def sources_of(
    session: Session,
    key_result: UUID,
    indicator: UUID,
    figures: Mapping[Period, Observed],
    period: Period,
    *,
    as_of: datetime,
) -> Sources:
    """What the facts of a key result in `period` were read from, as known at `as_of`."""
    targets = session.exec(select(Target).where(was_current(Target, as_of), Target.key_result_id == key_result))
    limits = session.exec(select(Limit).where(was_current(Limit, as_of), Limit.indicator_id == indicator))
    target, limit = in_force(targets, period.end), in_force(limits, period.end)
    recorded = {one.recorded_by for one in figures.values()}
    recorded |= ({target.recorded_by} if target else set()) | ({limit.recorded_by} if limit else set())
    return Sources(figures, target, limit, named(session, recorded))


def _before(period: Period, figures: Mapping[Period, Observed]) -> Observed | None:
    earlier = [known for known, one in figures.items() if known < period and one.value is not None]
    return figures[max(earlier)] if earlier else None
