"""How the lists of oversight name what they are about, and the way there."""

from app_pages.components.here import language
from app_pages.components.tables import Part, link, note
from okr_engine.i18n import spoken
from okr_engine.services.commitments import Commitment
from okr_engine.services.neglect import Neglected, SubjectKind
from okr_engine.services.neglect_known import GoalSeen


def key_result(of: Commitment) -> Part:
    """The key result, leading to its explanation on its goal's page."""
    return link(f"{of.code} {spoken(of.name, language())}", "goal", code=of.goal_code, kr=of.code)


def subject(one: Neglected) -> list[Part]:
    """What is neglected: a goal, a key result or an indicator, leading to its own page."""
    name = spoken(one.name, language())
    if isinstance(one.of, GoalSeen):
        return [link(f"{one.code} {name}", "goal", code=one.code)]
    if one.subject == SubjectKind.INDICATOR:
        return [link(name, "indicator", code=one.code, unit=one.of.unit_code), note(one.of.code)]
    return [key_result(one.of)]
