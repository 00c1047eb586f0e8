"""The dated targets of key results, as they were known at a moment."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.database import was_current
from okr_engine.model import Target
from okr_engine.services.status_evidence import DatedLimit


def targets_of(
    session: Session, key_results: Iterable[UUID], as_of: datetime | None = None
) -> dict[UUID, list[DatedLimit]]:
    """The targets by key result, in the order of their days."""
    rows = session.exec(
        select(Target)
        .where(was_current(Target, as_of), col(Target.key_result_id).in_(list(key_results)))
        .order_by(col(Target.valid_from))
    )
    found: dict[UUID, list[DatedLimit]] = {}
    for row in rows:
        limit = DatedLimit(row.valid_from, row.valid_to, row.value, row.low, row.high, row.basis)
        found.setdefault(row.key_result_id, []).append(limit)
    return found
