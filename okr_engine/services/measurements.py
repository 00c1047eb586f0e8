"""event → measurement, by hand: a value is entered; a changed one is a restatement with a reason."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, require
from okr_engine.database import moment_of, supersede, was_current
from okr_engine.errors import InvalidInput, NotFound, StaleEdit
from okr_engine.model import Indicator, KeyResult, Measurement, MeasurementForm, MeasureUnit, NoDataReason
from okr_engine.model.columns import LARGEST
from okr_engine.periods import Period
from okr_engine.services.evaluation import Evaluation, evaluate, with_later_quarters
from okr_engine.services.installation import Rulebooks
from okr_engine.services.people import name_of
from okr_engine.services.typed_texts import line, prose
from okr_engine.words import message
from okr_engine.workbook.cells import Percentage, converter_for, plain
from okr_engine.workbook.choices import CHOICES
from okr_engine.workbook.template import sheet_of

_PERCENT_BOUNDS = (Decimal(0), Decimal(100))


@dataclass(frozen=True)
class Entry:
    """What a person enters: a value, or the reason why there is none; and why it differs from what was known."""

    value: Decimal | None
    no_data_reason: NoDataReason | None = None
    reason: str | None = None
    comment: str | None = None
    provisional: bool = False


def enter_value(
    session: Session,
    actor: Actor,
    key_result_code: str,
    quarter: Period,
    entry: Entry,
    *,
    based_on: int,
    rulebooks: Rulebooks,
) -> Evaluation | None:
    """Record a key result's value for `quarter` over revision `based_on` (0: none yet), and decide its statuses again.

    The later quarters that have looked back at it are decided again too. None when the entry says nothing new.
    InvalidInput for a value out of bounds, a period the indicator does not have, or a restatement without a reason;
    StaleEdit when somebody has recorded another value since.
    """
    key_result, indicator = _subject(session, key_result_code)
    require(actor, Permission.ENTER_VALUE, key_result.unit_id)
    period = quarter.of_cadence(indicator.cadence)
    if period is None:
        raise InvalidInput(message("error.not_due_in_quarter", period=quarter, code=key_result_code))
    entry = _checked(entry, indicator)
    known = session.exec(
        select(Measurement).where(
            was_current(Measurement, None),
            Measurement.indicator_id == indicator.id,
            Measurement.unit_id == key_result.unit_id,
            col(Measurement.period) == period,
        )
    ).first()
    if known is not None and _says_the_same(known, entry):
        return None
    if (known.revision if known else 0) != based_on:
        raise StaleEdit(
            theirs=_text(known),
            yours=_text(entry),
            saved_by=name_of(session, known.recorded_by) if known else "",
        )
    if known is not None and entry.reason is None:
        raise InvalidInput(message("error.restatement_needs_reason", period=period))
    entered = Measurement(
        indicator_id=indicator.id,
        unit_id=key_result.unit_id,
        period=period,
        period_start=period.start,
        value=entry.value,
        no_data_reason=entry.no_data_reason,
        provisional=entry.provisional,
        comment=entry.comment,
        reason=entry.reason,
        recorded_at=moment_of(session),
        recorded_by=actor.code,
        source=f"person:{actor.code}",
        **_background(known, entry),
    )
    if known is None:
        session.add(entered)
    else:
        supersede(session, known, entered)
    session.flush()
    return evaluate(session, actor, with_later_quarters(session, [quarter]), rulebooks)


def value_typed(text: str, unit: MeasureUnit) -> Decimal:
    """A value as people type it (90,81 or 90,81 %), read as a workbook's cell is; InvalidInput with what is allowed."""
    read = _READ_VALUE(_TypedCell(text))
    if not isinstance(read, Percentage):
        return cast("Decimal", read)
    if unit != MeasureUnit.PERCENT:
        raise InvalidInput(
            message("import.not_in_percent", unit=CHOICES[MeasureUnit][unit]),
            remedy=message("workbook.number_without_percent"),
        )
    return read.value


def bounds_of(
    unit: MeasureUnit, lowest: Decimal | None, highest: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """The ends a value must lie within; a percentage without ends of its own lies within 0–100."""
    if unit == MeasureUnit.PERCENT:
        return (
            lowest if lowest is not None else _PERCENT_BOUNDS[0],
            highest if highest is not None else _PERCENT_BOUNDS[1],
        )
    return lowest, highest


@dataclass(frozen=True)
class _TypedCell:
    value: str
    data_type: str = "s"
    number_format: str | None = None


_READ_VALUE = converter_for(sheet_of(MeasurementForm).by_field["value"])


def _subject(session: Session, code: str) -> tuple[KeyResult, Indicator]:
    found = session.exec(
        select(KeyResult, Indicator)
        .join(Indicator, col(Indicator.id) == col(KeyResult.indicator_id))
        .where(KeyResult.code == code)
    ).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=code))
    return found


def _checked(entry: Entry, indicator: Indicator) -> Entry:
    if (entry.value is None) == (entry.no_data_reason is None):
        raise InvalidInput(message("error.value_or_reason"))
    low, high = bounds_of(indicator.unit, indicator.lowest, indicator.highest)
    value = entry.value
    if value is not None and not (value.is_finite() and abs(value) <= LARGEST):
        raise InvalidInput(message("workbook.number_too_large"), remedy=message("workbook.numbers_in_size"))
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        raise InvalidInput(message("error.value_out_of_bounds", value=value, low=low, high=high))
    return replace(entry, reason=line(entry.reason), comment=prose(entry.comment) or None)


def _says_the_same(known: Measurement, entry: Entry) -> bool:
    return (known.value, known.no_data_reason, known.provisional, known.comment or None) == (
        entry.value,
        entry.no_data_reason,
        entry.provisional,
        entry.comment,
    )


def _background(known: Measurement | None, entry: Entry) -> dict[str, Any]:
    """What lies behind a figure goes with it only as long as the figure is the same."""
    if known is None or known.value is None or known.value != entry.value:
        return {}
    return {name: getattr(known, name) for name in _BACKGROUND}


_BACKGROUND = ("numerator", "denominator", "responses", "sample", "population", "interval_low", "interval_high")


def _text(figure: Entry | Measurement | None) -> str:
    if figure is None:
        return ""
    return plain(figure.value) if figure.value is not None else str(figure.no_data_reason)
