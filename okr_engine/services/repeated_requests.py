"""A request that is sent twice is done once: its idempotency key brings back what was answered the first time."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from okr_engine.database import moment_of
from okr_engine.errors import KeyUsedAgain
from okr_engine.model import AnsweredRequest
from okr_engine.words import message

REMEMBERED = timedelta(days=1)


def done_once(
    session: Session, token_id: UUID, key: str | None, fingerprint: str, do: Callable[[], Mapping[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """What `do` answers, and whether it had answered before; kept for a day in the transaction that does it.

    Without a key it is always done. KeyUsedAgain when the key came with another request.
    """
    if key is None:
        return dict(do()), False
    session.execute(delete(AnsweredRequest).where(col(AnsweredRequest.answered_at) < moment_of(session) - REMEMBERED))
    known = session.exec(
        select(AnsweredRequest).where(AnsweredRequest.token_id == token_id, AnsweredRequest.key == key)
    ).first()
    if known is None:
        answer = dict(do())
        session.add(
            AnsweredRequest(
                token_id=token_id, key=key, fingerprint=fingerprint, answer=answer, answered_at=moment_of(session)
            )
        )
        return answer, False
    if known.fingerprint != fingerprint:
        raise KeyUsedAgain(message("api.key_used_again"), remedy=message("api.key_used_again_remedy"))
    return known.answer, True
