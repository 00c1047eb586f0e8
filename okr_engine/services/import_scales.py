"""What an indicator asks of a file's figures: periods of its cadence, percentages only in percent, its own scale."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, cast

from okr_engine.errors import InvalidInput
from okr_engine.model import (
    Indicator,
    IndicatorForm,
    KeyResult,
    KeyResultForm,
    MeasureUnit,
    NarrativeForm,
    TargetForm,
)
from okr_engine.model.rows import Form
from okr_engine.periods import Cadence, Period
from okr_engine.services.import_known import Known
from okr_engine.services.measurements import bounds_of
from okr_engine.words import message
from okr_engine.workbook.cells import settled_period
from okr_engine.workbook.choices import CHOICES
from okr_engine.workbook.content import Content, Entry
from okr_engine.workbook.mistakes import Mistakes
from okr_engine.workbook.template import Sheet

_BOUNDED = ("value", "baseline", "low", "high")


class Scale(NamedTuple):
    """What an indicator says about its figures."""

    unit: MeasureUnit
    cadence: Cadence
    lowest: Decimal | None
    highest: Decimal | None


class Scales:
    """The indicators' scales by code, as they will be once the file is in."""

    def __init__(self, content: Content, known: Known) -> None:
        self._scales: dict[str, Scale] = {}
        self.indicator_of: dict[str, str] = {}
        stored = {row.id: cast("Indicator", row) for row in known.rows["indicators"].values()}
        for code, row_id in known.ids["indicators"].items():
            one = stored[row_id]
            self._scales[code] = Scale(one.unit, one.cadence, one.lowest, one.highest)
        for entry in content.of(IndicatorForm):
            told = {name: getattr(entry.form, name) for name in Scale._fields if name in entry.columns}
            default = Scale(entry.form.unit, entry.form.cadence, entry.form.lowest, entry.form.highest)
            self._scales[entry.form.code] = self._scales.get(entry.form.code, default)._replace(**told)
        for row in known.rows["key_results"].values():
            key_result = cast("KeyResult", row)
            self.indicator_of[key_result.code] = known.codes[key_result.indicator_id]
        for commitment in content.of(KeyResultForm):
            self.indicator_of[commitment.form.code] = commitment.form.indicator

    def settle(self, sheet: Sheet, entry: Entry[Form], values: dict[str, Any], mistakes: Mistakes) -> None:
        """Read what depends on the indicator: its cadence, whether it is in percent, and the ends of its scale."""
        scale = self._scale_of(sheet, entry.form)
        if "period" in values:
            cadence = Cadence.QUARTER if isinstance(entry.form, NarrativeForm) else scale.cadence if scale else None
            if cadence:
                _settle_period(entry, values, cadence, mistakes)
        if scale is None:
            return
        if entry.percentages and scale.unit != MeasureUnit.PERCENT:
            for name in sorted(entry.percentages):
                mistakes.add(
                    entry.place_of(name),
                    message("import.not_in_percent", unit=CHOICES[MeasureUnit][scale.unit]),
                    message("workbook.number_without_percent"),
                )
        if not isinstance(entry.form, IndicatorForm):
            _check_bounds(entry, values, scale, mistakes)

    def _scale_of(self, sheet: Sheet, form: Form) -> Scale | None:
        if isinstance(form, IndicatorForm):
            return self._scales[form.code]
        if isinstance(form, TargetForm):
            return self._scales.get(self.indicator_of.get(form.key_result, ""))
        return self._scales.get(form.indicator) if "indicator" in sheet.by_field else None  # type: ignore[attr-defined]


def _settle_period(entry: Entry[Form], values: dict[str, Any], cadence: Cadence, mistakes: Mistakes) -> None:
    try:
        if entry.typed_period is not None:
            values["period"] = settled_period(entry.typed_period, cadence)
    except InvalidInput as refusal:
        mistakes.add_refusal(entry.place_of("period"), refusal)
        return
    period: Period = values["period"]
    if period.cadence != cadence:
        mistakes.add(
            entry.place_of("period"),
            message("import.wrong_cadence", period=period, cadence=CHOICES[Cadence][cadence]),
            message("import.period_such_as", period=Period.containing(period.end, cadence).code),
        )


def _check_bounds(entry: Entry[Form], values: Mapping[str, Any], scale: Scale, mistakes: Mistakes) -> None:
    lowest, highest = bounds_of(scale.unit, scale.lowest, scale.highest)
    for name in _BOUNDED:
        figure = values.get(name)
        if figure is None:
            continue
        if (lowest is not None and figure < lowest) or (highest is not None and figure > highest):
            mistakes.add(
                entry.place_of(name),
                message("import.out_of_bounds", figure=figure),
                message("import.bounds", lowest=lowest, highest=highest),
            )
