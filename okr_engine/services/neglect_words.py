"""What is neglected, in a sentence with its values."""

from typing import Any

from okr_engine.i18n import say
from okr_engine.services.commitments import Commitment
from okr_engine.services.figure_words import change_told, figure_told, limit_told
from okr_engine.services.neglect import Neglect, Neglected
from okr_engine.services.reasons import reason
from okr_engine.words import Language


def neglect_in_words(one: Neglected, language: Language) -> str:
    """Why it is on the radar, with the figures in the indicator's own unit."""
    values: dict[str, Any] = dict(one.values)
    match one.kind:
        case Neglect.RED_WITHOUT_ACTION | Neglect.STATUS_UNEXPLAINED if isinstance(one.of, Commitment):
            because = reason(values["because"], values["facts"], one.of.measure, one.of.decimals, language)
            return f"{because} {say(language, f'neglect_told.{one.kind}')}"
        case Neglect.STALE_VALUE if values["newest"] is None:
            return say(language, "neglect.never_measured", **values)
        case Neglect.PACE_NEVER_ACHIEVED if isinstance(one.of, Commitment):
            values |= {name: change_told(values[name], one.of, language) for name in ("required", "best")}
            values["target"] = figure_told(values["target"], one.of, language)
        case Neglect.TARGET_MOVED_TWICE if isinstance(one.of, Commitment):
            values |= {name: limit_told(values[name], one.of, language) for name in ("before", "after")}
        case Neglect.GOAL_NOT_MEASURABLE if not values["count"]:
            return say(language, "neglect.no_key_results", **values)
    return say(language, f"neglect_told.{one.kind}", **values)
