"""What a corrective action is called and why it is there, in one language."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.i18n import say, spoken
from okr_engine.model import CorrectiveAction, Indicator, KeyResult, MeasureUnit, Source
from okr_engine.services.reasons import reason
from okr_engine.words import Language, Words


@dataclass(frozen=True)
class Subject:
    """What an action is on, and how its figures are written."""

    name: Words
    measure: MeasureUnit = MeasureUnit.NUMBER
    decimals: int = 0


def subjects_of(session: Session, actions: Iterable[CorrectiveAction]) -> dict[UUID, Subject]:
    """The subject of each action, in two queries."""
    known = list(actions)
    wanted = {action.subject_id for action in known}
    subjects = {one.id: Subject(one.name) for one in session.exec(select(Source).where(col(Source.id).in_(wanted)))}
    measured = select(KeyResult, Indicator).join(Indicator, col(Indicator.id) == col(KeyResult.indicator_id))
    for key_result, indicator in session.exec(measured.where(col(KeyResult.id).in_(wanted))):
        name = key_result.name or indicator.name
        subjects[key_result.id] = Subject(name, indicator.unit, indicator.decimals)
    return {action.id: subjects[action.subject_id] for action in known}


def title_of(action: CorrectiveAction, subject: Subject, language: Language) -> str:
    """The action's code, subject and kind in one line."""
    kind = say(language, f"action.{action.action}")
    return say(language, "task.title", code=action.code, action=kind, subject=spoken(subject.name, language))


def reason_of(action: CorrectiveAction, subject: Subject, language: Language) -> str:
    """The rule's sentence with the figures it found."""
    return reason(Words(**action.because), action.facts, subject.measure, subject.decimals, language)
