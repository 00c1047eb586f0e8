"""task platform → inbox: what a platform reports is proved, kept once, and applied or looked up where it can be."""

import logging
from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from connectors.platforms import Platforms
from okr_engine.access import Actor
from okr_engine.database import columns_of, moment_of
from okr_engine.errors import ForgedMessage, NotFound, OkrError
from okr_engine.model import CorrectiveAction, InboxMessage, OutboxMessage, ReportOutcome, TaskEndpoint
from okr_engine.services.askings import wake
from okr_engine.services.delivering import platform_of
from okr_engine.services.installation import Installation
from okr_engine.services.platform_reports import apply_report, platform_actor
from okr_engine.words import message
from okr_engine.workflow.tasks import TaskReport

_LONGEST = 100
_log = logging.getLogger("okr_engine")


def proved(
    place: Installation, code: str, headers: Mapping[str, str], body: bytes, *, platforms: Platforms
) -> tuple[TaskEndpoint, TaskReport, bool]:
    """The endpoint, what it reports, and whether its platform can be asked itself; nothing is written yet.

    Raises NotFound for an endpoint there is not, ForgedMessage for whatever its platform has not signed, and
    InvalidInput, CredentialsRefused or InvalidSettings while the endpoint itself needs somebody.
    """
    endpoint = place.ask(_endpoint, code)
    platform, settings = platform_of(platforms, endpoint)
    try:
        report = platform.parse_inbound(settings, headers, body, now=place.now())
    except OkrError:
        raise
    except Exception as error:  # a platform may be anybody's, and so is what comes in
        _log.exception("Reading a message to %s failed", code)
        raise _forged() from error
    if not all(0 < len(text) <= _LONGEST and text.isprintable() for text in (report.message_id, report.code)):
        raise _forged()
    return endpoint, report, platform.CAPABILITIES.can_be_asked


def receive(place: Installation, endpoint: TaskEndpoint, report: TaskReport, *, can_be_asked: bool) -> ReportOutcome:
    """Keep a proved report and do what follows from it; one that has come before changes nothing."""
    return place.act(platform_actor(endpoint), _keep, endpoint.id, report, can_be_asked=can_be_asked)


def _keep(
    session: Session, _actor: Actor, endpoint_id: UUID, report: TaskReport, *, can_be_asked: bool
) -> ReportOutcome:
    seen = select(InboxMessage).where(
        InboxMessage.endpoint_id == endpoint_id, InboxMessage.message_id == report.message_id
    )
    if (known := session.exec(seen).first()) is not None:
        return known.outcome
    found = columns_of(CorrectiveAction.id).where(col(CorrectiveAction.code) == report.code)
    kept = InboxMessage(
        endpoint_id=endpoint_id,
        message_id=report.message_id,
        action_id=session.scalars(found).first(),
        code=report.code,
        state=report.state.value,
        by=_legible(report.by),
        said_at=report.at,
        received_at=moment_of(session),
    )
    kept.outcome = _outcome(session, kept, can_be_asked)
    session.add(kept)
    return kept.outcome


def _outcome(session: Session, kept: InboxMessage, can_be_asked: bool) -> ReportOutcome:
    if kept.action_id is None:
        return ReportOutcome.UNKNOWN
    if _is_ours(session, kept.message_id):
        return ReportOutcome.ECHO
    if not can_be_asked:
        return apply_report(session, kept)
    wake(session, kept.endpoint_id)
    return ReportOutcome.WAITING


def _is_ours(session: Session, message_id: str) -> bool:
    """Whether the message carries the id of one that we have sent: the platform only repeats it."""
    try:
        sent = UUID(message_id)
    except ValueError:
        return False
    return session.get(OutboxMessage, sent) is not None


def _legible(by: str | None) -> str | None:
    return "".join(sign for sign in by if sign.isprintable())[:_LONGEST] or None if by else None


def _endpoint(session: Session, code: str) -> TaskEndpoint:
    endpoint = session.exec(select(TaskEndpoint).where(TaskEndpoint.code == code)).first()
    if endpoint is None:
        raise NotFound(message("error.no_such_code", code=code))
    session.expunge(endpoint)
    return endpoint


def _forged() -> ForgedMessage:
    return ForgedMessage(message("task_platforms.forged"))
