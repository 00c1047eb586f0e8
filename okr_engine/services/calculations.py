"""event → measurement: figures computed from events, and again when what they rest on has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from okr_engine.errors import InvalidInput, OkrError
from okr_engine.measuring.deadlines import Limits, read_limits
from okr_engine.measuring.definition import Definition, definition
from okr_engine.measuring.measure import Measured, Question, measure, nothing_measured
from okr_engine.measuring.parts import Part, PartOfFigure, bearing_on, contents_of, mark_of, parts_in
from okr_engine.measuring.tables import TABLES
from okr_engine.model import (
    MeasureUnit,
    NoDataReason,
)
from okr_engine.services.installation import Installation
from okr_engine.services.wanted_figures import Wanted, figures_wanted
from okr_engine.settings import Settings
from okr_engine.words import message

COUNTS = ("numerator", "denominator", "responses", "sample")
"""The counts that may stand behind a figure, as its row names them."""

_FORMS = {
    MeasureUnit.COUNT: {"count", "number"},
    MeasureUnit.NUMBER: {"count", "number", "score", "days"},
    MeasureUnit.MILLION: {"count"},
}
_MILLION = 1_000_000


@dataclass(frozen=True)
class Computed:
    """A computed figure with what it rests on; early if the period's lag was not over when it was computed."""

    wanted: Wanted
    measured: Measured
    parts: tuple[PartOfFigure, ...]
    mark: str
    is_early: bool

    @property
    def n(self) -> int:
        """How many events or answers the figure rests on."""
        return self.measured.figure.n

    @property
    def counts(self) -> dict[str, Any]:
        """What is recorded of the counts behind it: none where they are too few to be told, for they would tell it."""
        figure = self.measured.figure
        if self.no_data_reason == NoDataReason.TOO_FEW_ANSWERS:
            return dict.fromkeys(COUNTS)
        return {
            "numerator": _decimal(figure.numerator),
            "denominator": _decimal(figure.denominator),
            "responses": self.n if "responses" in figure.counted else None,
            "sample": _whole(figure.counted.get("invited")),
        }

    @property
    def no_data_reason(self) -> NoDataReason | None:
        """Why there is no figure to tell; None where there is one."""
        figure, until = self.measured.figure, self.measured.events_until
        if not figure.n or figure.exact is None:
            if figure.pending or self.is_early:
                return NoDataReason.NOT_YET_DUE
            ends_early = until is None or until < self.wanted.period.end
            return NoDataReason.LATE if ends_early else NoDataReason.NOT_COLLECTED
        return NoDataReason.TOO_FEW_ANSWERS if figure.n < self.wanted.calculation.fewest else None

    @property
    def may_change(self) -> bool:
        """Whether time alone may still change it: open windows, events that end before the period, or its lag."""
        return bool(self.measured.figure.pending or self.measured.notes or self.is_early)

    @property
    def provisional(self) -> bool:
        """Whether there is a figure that may still change."""
        return self.may_change and self.no_data_reason is None

    @property
    def value(self) -> Decimal | None:
        """The exact value in the indicator's own unit."""
        exact = self.measured.figure.exact
        if exact is None or self.no_data_reason is not None:
            return None
        in_unit = exact / _MILLION if self.wanted.indicator.unit == MeasureUnit.MILLION else exact
        return _told(in_unit)


@dataclass(frozen=True)
class Computation:
    """The figures that could be computed; how many could not, and what was wrong with the first of them."""

    figures: tuple[Computed, ...] = ()
    failed: int = 0
    error: OkrError | None = None


def computed_after(place: Installation, *, source: UUID | None, now: datetime) -> Computation:
    """Compute the figures whose events have changed since they were last computed; nothing is written.

    Those of `source`, which has just been read, are computed for every period that has ended; those of other sources
    only where they have been computed before. Without a source, as after an upload, every figure is. None is computed
    from a source that was left half read: its next reading does. Events are complete up to the last reading of the
    figure's own source. A figure that cannot be computed keeps no other from it, and counts against its own source.
    """
    figures, errors = list[Computed](), list[OkrError]()
    limits = read_limits(place.settings.rules)
    wanted = place.ask(figures_wanted, today=now.astimezone(place.settings.zone).date(), source=source)
    parts = parts_in(place.settings.events, TABLES)
    for one in wanted:
        try:
            if not one.stands and (found := _computed(place.settings, one, parts, limits, one.read_until or now)):
                figures.append(found)
        except OkrError as error:
            if source in (None, one.calculation.source_id):
                errors.append(error)
    return Computation(tuple(figures), len(errors), errors[0] if errors else None)


def _computed(
    settings: Settings, one: Wanted, parts: Mapping[str, list[Part]], limits: Limits, as_of: datetime
) -> Computed | None:
    """The figure; None where nothing that it rests on has changed, or nothing is there for it to rest on."""
    of_one = definition(one.calculation.kpi, one.calculation.kpi_version)
    bearing = list(bearing_on(of_one, one.period, parts))
    mark = mark_of(bearing, **_decisive(one, of_one, limits))
    if (not bearing and not one.is_missed) or (mark == one.computed_from and one.is_settled):
        return None
    question = _question(one, of_one, as_of)
    measured = _measured(settings, of_one, question, limits) if bearing else nothing_measured(of_one, question)
    ready = one.period.end + timedelta(days=one.indicator.lag_days + 1)
    is_early = as_of.astimezone(settings.zone).date() < ready
    return Computed(one, measured, tuple(contents_of(bearing)), mark, is_early)


def check_unit(unit: MeasureUnit, form: str) -> None:
    """InvalidInput unless an indicator in `unit` can tell what a definition computes in `form`."""
    if form not in _FORMS.get(unit, {unit.value}):
        raise InvalidInput(message("calculation.unit_differs", unit=unit.value, form=form))


def _decisive(wanted: Wanted, of_one: Definition, limits: Limits) -> Mapping[str, object]:
    calculation = wanted.calculation
    return {
        "version": of_one.version,
        "parameters": dict(calculation.parameters),
        "event_unit": calculation.event_unit,
        "fewest": calculation.fewest,
        "unit": wanted.indicator.unit.value,
        "limits": limits.version if of_one.needs_deadlines else None,
    }


def _question(wanted: Wanted, of_one: Definition, as_of: datetime) -> Question:
    parameters = dict(wanted.calculation.parameters)
    if "by" in of_one.parameters and "unit" in of_one.parameters["by"].choices:
        parameters["by"] = "unit"
    check_unit(wanted.indicator.unit, of_one.form(of_one.with_defaults(parameters)).unit)
    return Question(wanted.period, as_of, unit=wanted.calculation.event_unit, parameters=parameters)


def _measured(settings: Settings, of_one: Definition, question: Question, limits: Limits) -> Measured:
    return measure(
        of_one,
        settings.events,
        question,
        zone=settings.zone,
        limits=limits,
        memory_mb=settings.measuring_memory_mb,
        spill=settings.measuring_spill,
    )


def _decimal(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _whole(value: int | Decimal | None) -> int | None:
    return None if value is None else int(value)


def _told(exact: Decimal) -> Decimal:
    """Twelve decimals and no trailing zeros: more than is ever shown, so that showing rounds only once."""
    rounded = exact.quantize(Decimal("1e-12")) if exact.as_tuple().exponent < -12 else exact  # type: ignore[operator]
    return rounded.normalize() if rounded != rounded.to_integral_value() else rounded.quantize(Decimal(1))
