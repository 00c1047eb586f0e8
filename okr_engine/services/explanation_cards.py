"""A status explained: its facts with their origin, the rules that nearly decided, what would change it, its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col

from okr_engine.database import columns_of, table_of, was_current
from okr_engine.model import Indicator, KeyResult, Status, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import VOCABULARY, Kind, Rulebook, StatusThen
from okr_engine.rulebook.near_misses import NearMiss, near_misses
from okr_engine.services.accepted_deviations import DeviationView, deviation_on
from okr_engine.services.fact_origins import Sources, sources_of
from okr_engine.services.figure_series import series_of
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.measurements import bounds_of
from okr_engine.services.people import named
from okr_engine.services.rulebook_editions import rules_of_version
from okr_engine.services.standings import Decision, decision_of
from okr_engine.services.status_bands import Band, Scale, status_bands
from okr_engine.services.status_evidence import gather_evidence
from okr_engine.services.status_facts import facts_of
from okr_engine.terms import HOW_GOOD
from okr_engine.words import Message


@dataclass(frozen=True)
class FactLine:
    """A fact that the rules were told, and where it comes from."""

    name: str
    value: Any
    origin: Message


@dataclass(frozen=True)
class ExplanationCard:
    """Everything that answers for a decided status beside the report of its key result.

    `since` is the first quarter of the unbroken row that has had this status. `near` are rules that would have given
    another one, and `bands` which figures would; they are empty where the rules that decided are not on record or the
    key result was edited afterwards. `earlier` are former decisions on the same quarter, newest first,
    `deviation` what is or was accepted of the key result, and `names` are those of the people on the card.
    """

    quarter: Period
    decision: Decision
    facts: tuple[FactLine, ...]
    near: tuple[NearMiss, ...]
    bands: tuple[Band, ...]
    since: Period
    earlier: tuple[Decision, ...]
    deviation: DeviationView | None
    names: Mapping[str, str | Message]

    def is_here(self, band: Band) -> bool:
        """Whether the figure that was judged lies in the band."""
        value = self.decision.facts.get("value")
        return value is not None and band.distance_from(Decimal(str(value))) == 0

    def nearest(self, *, better: bool) -> Band | None:
        """The nearest band of a better status, or of a worse one; None where there is none or no figure."""
        value = self.decision.facts.get("value")
        if value is None or self.decision.status not in HOW_GOOD:
            return None
        here, way = HOW_GOOD[self.decision.status], 1 if better else -1
        judging = [one for one in self.bands if one.status in HOW_GOOD]
        others = [one for one in judging if (HOW_GOOD[one.status] - here) * way > 0]
        return min(others, key=lambda one: abs(one.distance_from(Decimal(str(value)))), default=None)


def explanation_card(
    session: Session, report: KeyResultReport, quarter: Period, *, today: date, as_of: datetime | None = None
) -> ExplanationCard | None:
    """The card for whoever may see the report, as known at `as_of`; None where nothing has been decided."""
    decision, key_result = report.standing.decision, report.standing.id
    if decision is None:
        return None
    rulebook = rules_of_version(session, decision.rule_version)
    indicator, unit = _measured_by(session, key_result)
    then = series_of(session, [indicator.id], decision.decided_at)[indicator.id, unit]
    period = quarter.of_cadence(report.cadence) or quarter
    sources = sources_of(session, key_result, indicator.id, then, period, as_of=decision.decided_at)
    facts = {"type": "key_result", "key": str(key_result), **decision.facts}
    deviation = deviation_on(session, key_result, as_of.date() if as_of else today)
    return ExplanationCard(
        quarter=quarter,
        decision=decision,
        facts=_lines(decision, sources, period),
        near=_near(rulebook, facts, decision) if rulebook else (),
        bands=_bands(session, key_result, indicator, quarter, decision, rulebook) if rulebook else (),
        since=_since(_decisions(session, key_result, as_of), quarter, decision.status),
        earlier=_earlier(session, key_result, quarter, decision),
        deviation=deviation,
        names=named(session, _people(report, deviation)),
    )


def _people(report: KeyResultReport, deviation: DeviationView | None) -> list[str]:
    people = [report.assessment.saved_by] if report.assessment else []
    if deviation:
        people += [deviation.accepted_by, *filter(None, [deviation.withdrawn_by])]
    return people


def _measured_by(session: Session, key_result: UUID) -> tuple[Indicator, UUID]:
    row = session.get_one(KeyResult, key_result)
    return session.get_one(Indicator, row.indicator_id), row.unit_id


def _lines(decision: Decision, sources: Sources, period: Period) -> tuple[FactLine, ...]:
    """The figures first, then what was only a yes or a word."""
    lines = [FactLine(name, value, sources.origin_of(name, period)) for name, value in decision.facts.items()]
    return tuple(sorted(lines, key=lambda line: _ORDER[line.name]))


_FACTS = VOCABULARY["key_result"].values()
_ORDER = {fact.name: (fact.kind in (Kind.FLAG, Kind.TEXT), place) for place, fact in enumerate(_FACTS)}


def _near(rulebook: Rulebook, facts: Mapping[str, Any], decision: Decision) -> tuple[NearMiss, ...]:
    found = near_misses(rulebook.rules, facts, decided_by=decision.rule)
    return tuple(one for one in found if one.status != decision.status)


def _bands(
    session: Session,
    key_result: UUID,
    indicator: Indicator,
    quarter: Period,
    decision: Decision,
    rulebook: Rulebook,
) -> tuple[Band, ...]:
    evidence = gather_evidence(session, quarter, as_of=decision.decided_at, only=key_result)
    today = decision.decided_at.date()
    if not evidence.subjects or not decision.is_of_this_quarter:
        return ()
    (subject,) = evidence.subjects
    said = rulebook.judge([facts_of(subject, evidence, today=today)])
    if StatusThen(decision.status) not in [one.then for one in said]:
        return ()
    return status_bands(subject, evidence, rulebook, _scale(indicator, decision), today=today)


def _scale(indicator: Indicator, decision: Decision) -> Scale:
    """The indicator's scale, in steps as fine as it is shown, or as the figure itself."""
    exponent = Decimal(str(decision.facts.get("value", 0))).as_tuple().exponent
    decimals = max(indicator.decimals, -exponent if isinstance(exponent, int) else 0)
    return Scale(Decimal(1).scaleb(-decimals), *bounds_of(indicator.unit, indicator.lowest, indicator.highest))


def _decisions(session: Session, key_result: UUID, as_of: datetime | None) -> dict[Period, Status | None]:
    """The status of every decided quarter; None where no figure belongs to it."""
    rows = session.execute(
        columns_of(StatusDecision.period, StatusDecision.status, StatusDecision.facts).where(
            was_current(StatusDecision, as_of), col(StatusDecision.key_result_id) == key_result
        )
    )
    return {period: None if facts.get("measured_now") == 0 else status for period, status, facts in rows}


def _since(decided: Mapping[Period, Status | None], quarter: Period, status: Status) -> Period:
    since, earlier = quarter, quarter.shifted(-1)
    while earlier in decided and decided[earlier] in (status, None):
        since = earlier if decided[earlier] else since
        earlier = earlier.shifted(-1)
    return since


def _earlier(session: Session, key_result: UUID, quarter: Period, decision: Decision) -> tuple[Decision, ...]:
    rows = session.execute(
        columns_of(*table_of(StatusDecision).columns)
        .where(col(StatusDecision.key_result_id) == key_result, col(StatusDecision.period) == quarter)
        .where(col(StatusDecision.recorded_at) < decision.decided_at)
        .order_by(col(StatusDecision.revision).desc())
    )
    return tuple(decision_of(row) for row in rows.mappings())
