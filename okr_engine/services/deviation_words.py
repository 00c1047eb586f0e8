"""An accepted deviation in a sentence: that it holds, or why it no longer counts."""

from okr_engine.i18n import say
from okr_engine.services.accepted_deviations import DeviationState, DeviationView
from okr_engine.services.figure_words import figure_told
from okr_engine.words import Language


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
