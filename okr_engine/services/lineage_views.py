"""A figure's lineage as it is read back: its run, counts, files and limits, and the units its events name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from okr_engine.errors import InvalidInput
from okr_engine.measuring.deadlines import Confidence, Limit, Limits
from okr_engine.measuring.definition import Given
from okr_engine.measuring.parts import PartOfFigure
from okr_engine.periods import Period
from okr_engine.statistics.disclosure import withheld
from okr_engine.words import Message, Words


@dataclass(frozen=True)
class Group:
    """A unit as the events name it, and its part of a figure; one with too few events is withheld and has none."""

    name: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    is_withheld: bool = False


@dataclass(frozen=True)
class LimitUsed:
    """A statutory limit that the figure rests on, and for how many waits; `limit` only while the rules are the same."""

    rule: str
    service_class: str
    class_name: Words
    section: str
    confidence: Confidence
    n: int
    limit: Limit | None


@dataclass(frozen=True)
class LineageView:
    """What lies between a computed figure and the files of events; shares are between 0 and 1."""

    kpi: str | None
    version: str | None
    parameters: Mapping[str, Given]
    event_unit: str | None
    as_of: datetime | None
    events_until: date | None
    run: str
    source_code: str | None
    n: int | None
    pending: int
    coverage: Decimal | None
    response_rate: Decimal | None
    counted: Mapping[str, Decimal]
    excluded: Mapping[str, int]
    groups: tuple[Group, ...]
    parts: tuple[PartOfFigure, ...]
    limits: tuple[LimitUsed, ...]
    limits_version: str | None
    notes: tuple[Message, ...]

    def without_counts(self) -> "LineageView":
        """The same of a figure that is not told: nothing that it could be computed from."""
        kept = replace(self, counted={}, excluded={}, coverage=None, response_rate=None, groups=(), limits=())
        return replace(kept, pending=0)


def lineage_view(told: Mapping[str, Any], *, fewest: int = 0, limits: Limits | None = None) -> LineageView:
    """The stored lineage; groups with fewer events than `fewest` are withheld, limits get their words from `limits`."""
    run = told.get("run") or {}
    known = limits if limits is not None and limits.version == told.get("limits_version") else None
    return LineageView(
        kpi=told.get("kpi"),
        version=told.get("version"),
        parameters=told.get("parameters") or {},
        event_unit=told.get("event_unit"),
        as_of=datetime.fromisoformat(told["as_of"]) if told.get("as_of") else None,
        events_until=date.fromisoformat(told["events_until"]) if told.get("events_until") else None,
        run=run["name"] if "name" in run else f"{run.get('source')}-{run.get('number')}",
        source_code=run.get("source"),
        n=told.get("n"),
        pending=told.get("pending") or 0,
        coverage=_exact(told.get("coverage")),
        response_rate=_exact(told.get("response_rate")),
        counted={name: Decimal(count) for name, count in (told.get("counted") or {}).items() if count is not None},
        excluded=told.get("excluded") or {},
        groups=_groups(told.get("groups") or {}, fewest),
        parts=tuple(PartOfFigure(**{**one, "runs": tuple(one["runs"])}) for one in told.get("parts") or ()),
        limits=tuple(_limit(one, known) for one in told.get("limits") or ()),
        limits_version=told.get("limits_version"),
        notes=tuple(
            Message(one["key"], {name: _restored(value) for name, value in one["values"].items()})
            for one in told.get("notes") or ()
        ),
    )


def _groups(told: Mapping[str, Mapping[str, Any]], fewest: int) -> tuple[Group, ...]:
    hidden = withheld({name: one["n"] for name, one in told.items()}, fewest)
    return tuple(
        Group(name, is_withheld=True)
        if name in hidden
        else Group(name, _exact(one["value"]), _exact(one["numerator"]), _exact(one["denominator"]))
        for name, one in sorted(told.items())
    )


def _limit(told: Mapping[str, Any], known: Limits | None) -> LimitUsed:
    code = told["service_class"]
    return LimitUsed(
        rule=told["rule"],
        service_class=code,
        class_name=known.classes.get(code, Words()) if known else Words(),
        section=told["section"],
        confidence=Confidence(told["confidence"]),
        n=told["n"],
        limit=next((one for one in known.limits if one.rule == told["rule"]), None) if known else None,
    )


def _exact(told: int | str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


def _restored(told: str) -> date | Period | str:
    """A value of a note, which was stored as text."""
    for read in (date.fromisoformat, Period.parse):
        try:
            return read(told)
        except (ValueError, InvalidInput):
            continue
    return told
