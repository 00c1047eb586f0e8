"""The status rules as they were, are and will be: editions with the day from which each is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.database import actor_of, moment_of, was_current, write_deed
from okr_engine.errors import InvalidInput, NotAllowed, NotFound
from okr_engine.model import RulebookEdition, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import Rulebook, rulebook_of
from okr_engine.services.typed_texts import line
from okr_engine.words import message

STATUS = "status"
STATUS_FILE = f"{STATUS}.yaml"


@dataclass(frozen=True)
class Edition:
    """A rulebook with the day from which it is in force, where it comes from and why."""

    rulebook: Rulebook
    valid_from: date
    shipped: bool
    recorded_at: datetime | None
    recorded_by: str
    reason: str
    back_test: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The version that its decisions carry."""
        return self.rulebook.version


def editions(session: Session) -> list[Edition]:
    """Every edition on record, the one that comes last in force first; none before anything has been decided."""
    newest = (col(RulebookEdition.valid_from).desc(), col(RulebookEdition.recorded_at).desc())
    return [_edition(row) for row in session.exec(_on_record().order_by(*newest))]


def rules_of_version(session: Session, version: str) -> Rulebook | None:
    """The rules whose decisions carry that version; None where they are not on record."""
    row = session.exec(_on_record().where(RulebookEdition.rule_version == version)).first()
    return rulebook_of(row.yaml, STATUS_FILE) if row else None


def edition_for(known: Sequence[Edition], quarter: Period, *, today: date) -> Edition | None:
    """The edition in force on the quarter's last day, or today while that is still to come; None before the first."""
    return edition_on(known, min(quarter.end, today))


def edition_on(known: Sequence[Edition], day: date) -> Edition | None:
    """The edition in force on that day, of editions sorted as `editions` gives them."""
    return next((one for one in known if one.valid_from <= day), None)


def edition_in_force(session: Session, shipped: Rulebook, *, today: date) -> Edition:
    """The edition in force today; where nothing has been decided yet, the rules that come with the program."""
    found = edition_on(editions(session), today)
    return found or Edition(shipped, shipped.valid_from, True, None, "", "", {})


def adopt(session: Session, shipped: Rulebook, *, today: date) -> None:
    """Keep the rules that come with the program as an edition, unless they are kept already or have been withdrawn.

    The first ones are in force from the day they say; changed ones, and first ones where others have decided already,
    from today on, or from a later day they say. Once an edition has been published, changed ones are only on offer.
    """
    known = list(session.exec(_on_record()))
    if any(not one.shipped for one in known) or _was_ever_kept(session, shipped.version):
        return
    has_followed = bool(known) or _others_have_decided(session, shipped.version)
    edition = RulebookEdition(
        name=STATUS,
        rule_version=shipped.version,
        valid_from=max(today, shipped.valid_from) if has_followed else shipped.valid_from,
        yaml=shipped.yaml,
        shipped=True,
        back_test={},
        recorded_at=moment_of(session),
        recorded_by=actor_of(session),
    )
    session.add(edition)
    session.flush()


def is_on_offer(known: Sequence[Edition], shipped: Rulebook) -> bool:
    """Whether the program has come with other rules than any edition on record, from whatever day."""
    return bool(known) and all(one.rulebook.undated_version != shipped.undated_version for one in known)


def withdraw(session: Session, actor: Actor, version: str, *, reason: str, today: date) -> None:
    """Take back an edition that is not yet in force, with the reason; InvalidInput once it is."""
    require_publisher(actor)
    row = session.exec(_on_record().where(RulebookEdition.rule_version == version)).first()
    if row is None:
        raise NotFound(message("error.no_such_code", code=version))
    if row.valid_from <= today:
        raise InvalidInput(message("rulebook.already_in_force", version=version))
    if not (told := line(reason)):
        raise InvalidInput(message("rulebook.needs_reason"))
    row.superseded_at = moment_of(session)
    write_deed(session, noun="rulebook_edition", subject=version, after={"withdrawn": told})


def require_publisher(actor: Actor) -> None:
    """Refuse with NotAllowed whoever may not change the rules; they are the same for every unit."""
    if not may_somewhere(actor, Permission.PUBLISH_RULES):
        raise NotAllowed(
            message("error.not_allowed.publish_rules", name=actor.name), remedy=message("error.not_allowed_remedy")
        )


def _was_ever_kept(session: Session, version: str) -> bool:
    kept = select(RulebookEdition.id).where(
        col(RulebookEdition.name) == STATUS, col(RulebookEdition.rule_version) == version
    )
    return session.exec(kept.limit(1)).first() is not None


def _others_have_decided(session: Session, version: str) -> bool:
    decided = select(StatusDecision.id).where(
        was_current(StatusDecision, None), col(StatusDecision.rule_version) != version
    )
    return session.exec(decided.limit(1)).first() is not None


def _on_record() -> SelectOfScalar[RulebookEdition]:
    return select(RulebookEdition).where(was_current(RulebookEdition, None), col(RulebookEdition.name) == STATUS)


def _edition(row: RulebookEdition) -> Edition:
    return Edition(
        rulebook=rulebook_of(row.yaml, STATUS_FILE),
        valid_from=row.valid_from,
        shipped=row.shipped,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        reason=row.reason or "",
        back_test=row.back_test,
    )
