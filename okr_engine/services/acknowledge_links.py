"""Acknowledging by a link: signed for one person, one round of one action, and some weeks; used once.

The link itself changes nothing: what it opens asks, for those who check mail for harm open every link in it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import SecretStr
from sqlmodel import Session, select

from okr_engine.access import Actor
from okr_engine.errors import LinkRefused
from okr_engine.model import ActionEventKind, CorrectiveAction, Person
from okr_engine.services.action_records import standing_of
from okr_engine.services.action_steps import acknowledge
from okr_engine.services.action_titles import reason_of, subjects_of, title_of
from okr_engine.words import Language, message
from okr_engine.workflow.lifecycle import may_follow

LASTS = timedelta(days=30)
_PURPOSE = b"acknowledge an action, 1"
_LONGEST = 1000


@dataclass(frozen=True)
class AcknowledgeLink:
    """What a link lets happen: that person acknowledges that round of that action."""

    person: str
    action: str
    round: int


@dataclass(frozen=True)
class LinkedAction:
    """What the person sees before acknowledging; `is_waiting` is False once there is nothing to acknowledge."""

    language: Language
    name: str
    code: str
    title: str
    because: str
    due: date
    is_waiting: bool


def signed_link(key: SecretStr, link: AcknowledgeLink, *, now: datetime) -> str:
    """The link as a word for an address; it holds for `LASTS` from `now` on."""
    content = json.dumps([link.person, link.action, link.round, int((now + LASTS).timestamp())]).encode()
    return f"{_text(content)}.{_text(_mac(key, content))}"


def read_link(key: SecretStr | None, word: str, *, now: datetime) -> AcknowledgeLink:
    """The link in a word that we have signed; LinkRefused for any other, and once it is too old."""
    content, _, mac = word[:_LONGEST].partition(".")
    if key is None or not hmac.compare_digest(_text(_mac(key, _bytes(content))).encode(), mac.encode(errors="replace")):
        raise LinkRefused(message("acknowledging.not_ours"))
    person, action, round_number, expires = json.loads(_bytes(content))
    if now.timestamp() >= expires:
        raise LinkRefused(message("acknowledging.too_old"))
    return AcknowledgeLink(person, action, round_number)


def linked_action(session: Session, link: AcknowledgeLink) -> LinkedAction:
    """The action as the person of the link is to see it; LinkRefused where either is no longer there."""
    action = _action(session, link)
    person = session.exec(select(Person).where(Person.code == link.person)).first()
    if person is None:
        raise LinkRefused(message("acknowledging.not_ours"))
    subject = subjects_of(session, [action])[action.id]
    return LinkedAction(
        language=person.language,
        name=person.name,
        code=action.code,
        title=title_of(action, subject, person.language),
        because=reason_of(action, subject, person.language),
        due=action.due,
        is_waiting=_is_waiting(action, link),
    )


def acknowledge_by_link(session: Session, actor: Actor, link: AcknowledgeLink) -> None:
    """Acknowledge the action as the person of the link.

    LinkRefused where the link is somebody else's, or nothing waits any longer; NotAllowed where the action has gone
    to others meanwhile.
    """
    action = _action(session, link)
    if actor.code != link.person:
        raise LinkRefused(message("acknowledging.not_ours"))
    if not _is_waiting(action, link):
        raise LinkRefused(message("acknowledging.no_longer"))
    acknowledge(session, actor, action.code, version=action.version)


def can_be_acknowledged(action: CorrectiveAction) -> bool:
    """Whether anybody could acknowledge the action now."""
    return may_follow(standing_of(action), ActionEventKind.ACKNOWLEDGED)


def _is_waiting(action: CorrectiveAction, link: AcknowledgeLink) -> bool:
    # A round is acknowledged once: so is a link used once, and a reminder in between does not end it.
    return action.round == link.round and can_be_acknowledged(action)


def _action(session: Session, link: AcknowledgeLink) -> CorrectiveAction:
    found = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == link.action)).first()
    if found is None:
        raise LinkRefused(message("acknowledging.not_ours"))
    return found


def _mac(key: SecretStr, content: bytes) -> bytes:
    # A key of its own for this purpose: nothing else that the same secret signs can pass for a link.
    own = hmac.new(key.get_secret_value().encode(), _PURPOSE, hashlib.sha256).digest()
    return hmac.new(own, content, hashlib.sha256).digest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise LinkRefused(message("acknowledging.not_ours")) from error
