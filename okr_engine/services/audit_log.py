"""The audit log, checked: every entry still carries the hash it was sealed with, in an unbroken chain."""

from contextlib import closing
from dataclasses import dataclass

from sqlmodel import Session, col, select

from okr_engine.errors import AuditBroken, Place
from okr_engine.model import AuditEntry
from okr_engine.words import message

_BATCH = 2_000


@dataclass(frozen=True)
class AuditSeal:
    """How far the chain holds: the number of entries and the hash of the last one, worth writing down elsewhere."""

    entries: int
    last_hash: str


def verify_audit(session: Session) -> AuditSeal:
    """Walk the whole chain; AuditBroken names the first entry that was changed, taken out or put in."""
    number, previous = 0, ""
    entries = select(AuditEntry).order_by(col(AuditEntry.number)).execution_options(yield_per=_BATCH)
    with closing(session.exec(entries)) as chain:
        for entry in chain:
            number += 1
            if entry.number != number or entry.hash != entry.seal(previous):
                raise AuditBroken(
                    message("error.audit_broken", number=number),
                    place=Place(record=str(number)),
                    remedy=message("error.audit_broken_remedy"),
                )
            previous = entry.hash
    return AuditSeal(number, previous)
