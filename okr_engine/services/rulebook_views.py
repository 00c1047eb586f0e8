"""The rulebooks as people read them: the rules in force in words, and every edition with who, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import NotAllowed, NotFound
from okr_engine.rulebook import Rulebook
from okr_engine.services.installation import Rulebooks
from okr_engine.services.rulebook_editions import Edition, edition_in_force, edition_on, editions, is_on_offer
from okr_engine.services.rules_in_words import RuleInWords, in_words
from okr_engine.words import Language, message


class Book(StrEnum):
    """Which rules: those that give statuses, that call for actions, and that look after sources."""

    STATUS = "status"
    ACTIONS = "actions"
    DATA_QUALITY = "data_quality"


class InForce(StrEnum):
    """Whether an edition decides today, did so before, or will."""

    NOW = "now"
    BEFORE = "before"
    LATER = "later"


@dataclass(frozen=True)
class RulebookView:
    """The rules of a book that are in force, in one language, and their text."""

    version: str
    valid_from: date
    rules: tuple[RuleInWords, ...]
    yaml: str


@dataclass(frozen=True)
class EditionView:
    """One edition: when it is in force, where it comes from, why, and what its back-test came to."""

    version: str
    valid_from: date
    in_force: InForce
    shipped: bool
    recorded_at: datetime | None
    recorded_by: str
    reason: str
    back_test: Mapping[str, Any]


@dataclass(frozen=True)
class EditionsView:
    """Every edition, the one that comes last in force first; and whether the program has other rules on offer."""

    editions: tuple[EditionView, ...]
    on_offer: str | None
    offered_yaml: str


def rulebook_view(
    session: Session, actor: Actor, rulebooks: Rulebooks, book: Book, language: Language, *, today: date
) -> RulebookView:
    """The rules in force today, for whoever may read anything here."""
    _require_reader(actor)
    if book is not Book.STATUS:
        return _view(getattr(rulebooks, book.value), getattr(rulebooks, book.value).valid_from, language)
    edition = edition_in_force(session, rulebooks.status, today=today)
    return _view(edition.rulebook, edition.valid_from, language)


def edition_text(session: Session, actor: Actor, rulebooks: Rulebooks, version: str | None, *, today: date) -> Edition:
    """The edition of that version, or the one in force today; NotFound for one that is not on record."""
    _require_reader(actor)
    if version is None:
        return edition_in_force(session, rulebooks.status, today=today)
    found = next((one for one in editions(session) if one.version == version), None)
    if found is None:
        raise NotFound(message("error.no_such_code", code=version))
    return found


def editions_view(session: Session, actor: Actor, rulebooks: Rulebooks, *, today: date) -> EditionsView:
    """Every edition on record; before anything has been decided, the rules that come with the program."""
    _require_reader(actor)
    known = editions(session)
    now = edition_on(known, today)
    shown = known or [edition_in_force(session, rulebooks.status, today=today)]
    offered = is_on_offer(known, rulebooks.status)
    return EditionsView(
        editions=tuple(_edition(one, now or shown[0], today) for one in shown),
        on_offer=rulebooks.status.version if offered else None,
        offered_yaml=rulebooks.status.yaml if offered else "",
    )


def _require_reader(actor: Actor) -> None:
    if not may_somewhere(actor, Permission.READ):
        raise NotAllowed(message("error.not_allowed.read", name=actor.name), remedy=message("error.not_allowed_remedy"))


def _view(rulebook: Rulebook, valid_from: date, language: Language) -> RulebookView:
    return RulebookView(rulebook.version, valid_from, in_words(rulebook, language), rulebook.yaml)


def _edition(one: Edition, now: Edition, today: date) -> EditionView:
    in_force = InForce.LATER if one.valid_from > today else InForce.NOW if one is now else InForce.BEFORE
    return EditionView(
        version=one.version,
        valid_from=one.valid_from,
        in_force=in_force,
        shipped=one.shipped,
        recorded_at=one.recorded_at,
        recorded_by=one.recorded_by,
        reason=one.reason,
        back_test=one.back_test,
    )
