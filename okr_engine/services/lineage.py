"""Where a computed figure comes from: its definition, counts, run, and the files of events it rests on."""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from okr_engine.measuring.measure import Figure, Measured
from okr_engine.measuring.parts import PartOfFigure


def lineage_of(measured: Measured, parts: Iterable[PartOfFigure], *, run: str) -> dict[str, Any]:
    """The lineage as JSON: definition, counts, run, and the parts; numbers that are not whole are exact texts."""
    figure = measured.figure
    source, _, number = run.rpartition("-")
    return {
        "kpi": measured.definition.kpi,
        "version": measured.definition.version,
        "parameters": {name: value for name, value in measured.parameters.items() if name != "by"},
        "event_unit": measured.question.unit,
        "as_of": measured.question.as_of.isoformat(),
        "events_until": measured.events_until.isoformat() if measured.events_until else None,
        "run": {"source": source, "number": int(number)} if source and number.isdigit() else {"name": run},
        **_counts(figure),
        "pending": figure.pending,
        "counted": {name: _plain(value) for name, value in figure.counted.items()},
        "excluded": dict(figure.excluded),
        "coverage": _plain(_rounded(figure.coverage)),
        "response_rate": _plain(_rounded(figure.response_rate)),
        "groups": {name: {"value": _plain(each.value), **_counts(each)} for name, each in measured.groups.items()},
        "parts": [asdict(part) | {"runs": list(part.runs)} for part in parts],
        "limits": [
            {
                "rule": limit.rule,
                "service_class": limit.service_class,
                "section": limit.section,
                "confidence": limit.confidence.value,
                "n": each.n,
            }
            for limit, each in measured.limits
        ],
        "limits_version": measured.limits_version,
        "limit_confidence": measured.limit_confidence.value if measured.limit_confidence else None,
        "notes": [{"key": note.key, "values": {k: str(v) for k, v in note.values.items()}} for note in measured.notes],
    }


def _counts(figure: Figure) -> dict[str, Any]:
    return {"numerator": _plain(figure.numerator), "denominator": _plain(figure.denominator), "n": figure.n}


def _plain(value: int | Decimal | None) -> int | str | None:
    return str(value) if isinstance(value, Decimal) else value


def _rounded(share: Decimal | None) -> Decimal | None:
    return None if share is None else share.quantize(Decimal("0.0001"))
