"""An accepted deviation in a sentence: that it holds, or why it no longer counts."""

from collections.abc import Mapping

from okr_engine.i18n import moment, say, speak
from okr_engine.i18n.formats import HOME
from okr_engine.services.accepted_deviations import DeviationState, DeviationView
from okr_engine.services.figure_words import figure_told
from okr_engine.words import Language, Message


def accepted_in_words(
    view: DeviationView, names: Mapping[str, str | Message], language: Language, zone: str = HOME
) -> str:
    """How it stands, who accepted it, and why."""
    at = moment(view.withdrawn_at or view.accepted_at, language, zone)
    stands = deviation_in_words(view, language, by=_name(view.withdrawn_by, names, language), at=at)
    accepted = moment(view.accepted_at, language, zone)
    return say(
        language, "deviation.told", stands=stands, name=names[view.accepted_by], at=accepted, rationale=view.rationale
    )


def _name(code: str | None, names: Mapping[str, str | Message], language: Language) -> str:
    name = names.get(code or "", "")
    return speak(name, language) if isinstance(name, Message) else name


def deviation_in_words(view: DeviationView, language: Language, *, by: str, at: str) -> str:
    """How it stands; `by` and `at` say who took it back and when, where somebody has."""
    match view.state:
        case DeviationState.HOLDS:
            return say(language, "deviation.holds", until=view.until)
        case DeviationState.EXCEEDED:
            latest = figure_told(view.latest.value if view.latest else None, view.of, language)
            level = figure_told(view.level, view.of, language)
            return say(language, "deviation.exceeded", latest=latest, level=level, until=view.until)
        case DeviationState.ENDED:
            return say(language, "deviation.ended", until=view.until)
        case DeviationState.WITHDRAWN:
            return say(language, "deviation.withdrawn", name=by, at=at, reason=view.reason)
