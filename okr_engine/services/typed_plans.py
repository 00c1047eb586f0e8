"""A plan as people type it, made an ActionPlan, or refused with the fields that are missing."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from okr_engine.errors import InvalidInput
from okr_engine.model import ActionPlan, MeasureUnit
from okr_engine.services.measurements import value_typed
from okr_engine.services.typed_texts import line, prose
from okr_engine.words import message

_NEEDED = ("steps", "due", "root_cause_method", "root_cause")
_OF_THE_CRITERION = ("expected", "readings", "counts_from")


def typed_plan(typed: Mapping[str, Any], *, indicator: str | None, measure: MeasureUnit) -> ActionPlan:
    """The plan with those fields; `indicator`, in `measure`, will show the effect, None for a source."""
    needed = (*_NEEDED, *(_OF_THE_CRITERION if indicator else ()))
    if any(typed.get(name) in (None, "") for name in needed):
        raise InvalidInput(message("action_plan.incomplete"))
    criterion = {name: typed[name] for name in _OF_THE_CRITERION[1:]} if indicator else {}
    try:
        return ActionPlan.model_validate(
            {
                "kind": typed["kind"],
                "steps": prose(typed["steps"]),
                "due": typed["due"],
                "root_cause_method": typed["root_cause_method"],
                "root_cause": prose(typed["root_cause"]),
                "extent": prose(typed.get("extent")) or None,
                "containment": prose(typed.get("containment")) or None,
                "cost": line(typed.get("cost")),
                "criterion": {"indicator": indicator, "expected": value_typed(typed["expected"], measure), **criterion}
                if indicator
                else None,
            }
        )
    except ValidationError as error:
        raise InvalidInput(message("action_plan.not_understood")) from error


def fields_of(plan: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a form shows of a plan that has been made, or of none."""
    known, criterion = plan or {}, (plan or {}).get("criterion") or {}
    return {
        "kind": known.get("kind", "corrective"),
        "steps": known.get("steps", ""),
        "due": date.fromisoformat(known["due"]) if "due" in known else None,
        "root_cause_method": known.get("root_cause_method"),
        "root_cause": known.get("root_cause", ""),
        "extent": known.get("extent", ""),
        "containment": known.get("containment", ""),
        "cost": known.get("cost", ""),
        "indicator": criterion.get("indicator"),
        "expected": Decimal(criterion["expected"]) if "expected" in criterion else None,
        "readings": str(criterion.get("readings", "")),
        "counts_from": date.fromisoformat(criterion["counts_from"]) if "counts_from" in criterion else None,
    }
