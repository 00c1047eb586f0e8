"""task platform → inbox: what a platform reports is proved, kept once, and known for an echo where it is one."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from connectors.platforms import Platforms
from okr_engine.access import Actor
from okr_engine.database import columns_of, moment_of
from okr_engine.errors import NotFound
from okr_engine.model import CorrectiveAction, InboxMessage, OutboxMessage, TaskEndpoint
from okr_engine.services.delivering import platform_of
from okr_engine.words import message


def receive(
    session: Session, _actor: Actor, code: str, headers: Mapping[str, str], body: bytes, *, platforms: Platforms
) -> bool:
    """Keep a message that has come to the endpoint `code`; False for one that has come before.

    Raises ForgedMessage for what the platform has not signed, NotFound for an action or an endpoint there is not.
    """
    endpoint = session.exec(select(TaskEndpoint).where(TaskEndpoint.code == code)).first()
    if endpoint is None:
        raise NotFound(message("error.no_such_code", code=code))
    platform, settings = platform_of(platforms, endpoint)
    report = platform.parse_inbound(settings, headers, body, now=moment_of(session))
    seen = select(InboxMessage.id).where(
        InboxMessage.endpoint_id == endpoint.id, InboxMessage.message_id == report.message_id
    )
    if session.exec(seen).first() is not None:
        return False
    action = session.scalars(columns_of(CorrectiveAction.id).where(col(CorrectiveAction.code) == report.code)).first()
    if action is None:
        raise NotFound(message("error.no_such_action", code=report.code))
    session.add(
        InboxMessage(
            endpoint_id=endpoint.id,
            message_id=report.message_id,
            action_id=action,
            state=report.state.value,
            received_at=moment_of(session),
            is_echo=_is_ours(session, report.message_id),
        )
    )
    return True


def _is_ours(session: Session, message_id: str) -> bool:
    """Whether the message carries the id of one that we have sent: the platform only repeats it."""
    try:
        sent = UUID(message_id)
    except ValueError:
        return False
    return session.get(OutboxMessage, sent) is not None
