"""The draft of the next edition of the status rules: one text, saved by whoever may publish, never over another's."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from okr_engine.access import Actor
from okr_engine.errors import InvalidRules, Mistake, Place, StaleEdit
from okr_engine.model import RulebookDraft
from okr_engine.rulebook import Rulebook
from okr_engine.rulebook.notation import LARGEST_FILE
from okr_engine.services.people import name_of
from okr_engine.services.rulebook_editions import STATUS, STATUS_FILE, edition_in_force, require_publisher
from okr_engine.words import message


@dataclass(frozen=True)
class DraftView:
    """The draft's text and by whom it was saved; version 0 is the text in force, over which nothing is written yet."""

    yaml: str
    version: int
    saved_by: str


def draft_of(session: Session, actor: Actor, shipped: Rulebook, *, today: date) -> DraftView:
    """The draft as it was saved last, or the text in force where there is none."""
    require_publisher(actor)
    known = _saved(session)
    if known is not None:
        return DraftView(known.yaml, known.version, known.saved_by)
    return DraftView(edition_in_force(session, shipped, today=today).rulebook.yaml, 0, "")


def save_draft(session: Session, actor: Actor, yaml: str, *, based_on: int) -> int:
    """Save the text over version `based_on` (0: none yet); returns the new version. Sound it need not be yet.

    StaleEdit when somebody has saved another text since. Saving the same text again changes nothing.
    """
    require_publisher(actor)
    _check_size(yaml)
    known = _saved(session)
    if known is not None and known.yaml == yaml:
        return known.version
    if (known.version if known else 0) != based_on:
        saved_by = name_of(session, known.saved_by) if known else ""
        raise StaleEdit(theirs=known.yaml if known else "", yours=yaml, saved_by=saved_by)
    draft = known or RulebookDraft(name=STATUS, yaml=yaml, saved_by=actor.code)
    draft.yaml, draft.saved_by = yaml, actor.code
    session.add(draft)
    session.flush()
    return draft.version


def replace_draft(session: Session, yaml: str, *, saved_by: str) -> None:
    """Let the draft, if there is one, begin again from what has just been published."""
    known = _saved(session)
    if known is not None:
        known.yaml, known.saved_by = yaml, saved_by


def _saved(session: Session) -> RulebookDraft | None:
    return session.exec(select(RulebookDraft).where(col(RulebookDraft.name) == STATUS)).first()


def _check_size(yaml: str) -> None:
    if (size := len(yaml.encode("utf-8", "surrogatepass"))) > LARGEST_FILE:
        what = message("rules.too_large", size=size, allowed=LARGEST_FILE)
        raise InvalidRules(STATUS_FILE, [Mistake(Place(file=STATUS_FILE), what)])
