"""digest → notice: what one person is told, in that person's language, as things stand when it is sent."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.i18n import say
from okr_engine.model import ActionEvent, ActionEventKind, CorrectiveAction, Digest, Notification, Person
from okr_engine.services.acknowledge_links import AcknowledgeLink, can_be_acknowledged
from okr_engine.services.action_titles import reason_of, subjects_of, title_of
from okr_engine.services.history_words import told_words
from okr_engine.words import Language
from okr_engine.workflow.channels import Notice, NoticeLine

LinkOf = Callable[[AcknowledgeLink], str]


def notice_of(
    session: Session, digest_id: UUID, *, message_id: str, app_address: str, link_of: LinkOf | None
) -> Notice:
    """The digest as its person reads it, one line an action, the earliest due first.

    `link_of` makes the address at which an action is acknowledged; None where no such link is to be sent.
    """
    digest = session.get_one(Digest, digest_id)
    person = session.get_one(Person, digest.person_id)
    happened: dict[UUID, list[ActionEvent]] = defaultdict(list)
    actions: dict[UUID, CorrectiveAction] = {}
    rows = session.exec(
        select(ActionEvent, CorrectiveAction)
        .join(Notification, col(Notification.event_id) == col(ActionEvent.id))
        .join(CorrectiveAction, col(CorrectiveAction.id) == col(ActionEvent.action_id))
        .where(Notification.digest_id == digest_id)
        .order_by(col(CorrectiveAction.due), col(CorrectiveAction.code), col(ActionEvent.number))
    )
    for event, action in rows:
        actions[action.id] = action
        happened[action.id].append(event)
    subjects, language = subjects_of(session, actions.values()), person.language
    lines = tuple(
        NoticeLine(
            code=action.code,
            title=title_of(action, subjects[action.id], language),
            asks=tuple(_asked(happened[action.id], language)),
            because=reason_of(action, subjects[action.id], language),
            state=say(language, f"action_state.{action.state.value}"),
            due=action.due,
            link=f"{app_address}/action?code={action.code}",
            acknowledge_link=link_of(AcknowledgeLink(person.code, action.code, action.round))
            if link_of and can_be_acknowledged(action) and not all(map(_is_about_support, happened[action.id]))
            else None,
        )
        for action in actions.values()
    )
    return Notice(
        id=message_id,
        at=digest.made_at,
        person=person.code,
        name=person.name,
        address=person.email,
        language=language,
        subject=say(language, "notices.subject", count=len(lines)),
        lines=lines,
    )


def _asked(events: Iterable[ActionEvent], language: Language) -> Iterable[str]:
    """What each step asks of the person, in their order, the same only once."""
    asked = (say(language, _key(event), **told_words(event.kind, event.data, language)) for event in events)
    return dict.fromkeys(asked)


def _key(event: ActionEvent) -> str:
    # Reminders entered by earlier versions do not say what was needed.
    return "support.reminder" if {"support_request", "text"} <= event.data.keys() else f"notice_asks.{event.kind.value}"


def _is_about_support(event: ActionEvent) -> bool:
    """Whether the step asks for an answer and not for the action itself."""
    return "support_request" in event.data or event.kind in (
        ActionEventKind.SUPPORT_ASKED,
        ActionEventKind.SUPPORT_ANSWERED,
    )
