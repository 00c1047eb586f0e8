"""Messages to people: one for all that waits, never twice, and whatever cannot be sent is seen."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlmodel import select

from connectors.channels import known_channels
from okr_engine.access import OPERATOR
from okr_engine.database import writing
from okr_engine.errors import InvalidInput, LinkRefused, NotAllowed
from okr_engine.i18n import say
from okr_engine.model import (
    ActionEventKind,
    CorrectiveAction,
    DeliveryState,
    Digest,
    DigestDelivery,
    NotificationChannel,
    Person,
)
from okr_engine.services.acknowledge_links import AcknowledgeLink, read_link
from okr_engine.services.action_records import event_of, record
from okr_engine.services.action_steps import acknowledge
from okr_engine.services.channels import channel_views, resume_channel
from okr_engine.services.delivering import Persistence
from okr_engine.services.digests import claim, gather, replay, sent, unsent_digests
from okr_engine.services.history_words import kept_words
from okr_engine.services.installation import Installation
from okr_engine.services.notices import notice_of
from okr_engine.services.notifying import notify_due
from okr_engine.services.telling import TOLD
from okr_engine.settings import Settings
from okr_engine.words import Language
from tests.services.small_county import FIRST_LINE_OWNER, LEADERSHIP, NOW, SPONSOR, VIEWER, SmallCounty
from tests.workflow.mail_server import Mailbox, mail_server
from tests.workflow.receiving_server import SECRET, receiving
from tests.workflow.steps import with_actions

Kind = ActionEventKind
LINK_KEY = SecretStr("a key as long as a real key would be")
ONE_PAUSE = Persistence(pauses=(timedelta(minutes=1),), chance=lambda: 0.5)
MORNING = datetime(2025, 7, 16, 5, 0, tzinfo=UTC)
LATER = MORNING + timedelta(minutes=2)
AT_SPONSOR, AT_LEADERSHIP = f"{SPONSOR}@county.example", f"{LEADERSHIP}@county.example"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as found:
        yield found


@pytest.fixture
def county(memory_engine: Engine, mailbox: Mailbox) -> SmallCounty:
    """The county, whose people are reached by mail."""
    county = SmallCounty.laid_out(memory_engine)
    connect_mail(county, mailbox)
    return county


def connect_mail(county: SmallCounty, mailbox: Mailbox, **settings: object) -> None:
    told = {
        "host": "127.0.0.1",
        "port": mailbox.port,
        "security": "none",
        "sender": "okr@county.example",
        "app_address": "https://okr.example",
    }
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(NotificationChannel(code="mail", channel="smtp", settings=told | settings))


WHAT_HAPPENED: dict[str, object] = {
    "asked": [SPONSOR],
    "person": SPONSOR,
    "endpoint": "tehtavat",
    "reason": "Hankinta peruuntui",
    "text": "Kaksi hoitajaa",
}


def letters_of(county: SmallCounty, mailbox: Mailbox, kind: ActionEventKind, **data: object) -> list[str]:
    """What people are written of a step with such data."""
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == "CA-2025-Q2-1")).one()
        record(session, [event_of(session, action.id, 50, kind, WHAT_HAPPENED | data)])
    notify(county, link_key=LINK_KEY.get_secret_value())
    return [plain(letter) for letter in mailbox.letters]


@pytest.mark.parametrize("kind", [kind for kind in TOLD if kind not in (Kind.SUPPORT_ASKED, Kind.SUPPORT_ANSWERED)])
def test_every_step_that_people_are_told_of_makes_a_letter_whoever_has_taken_it_on_a_platform(
    county: SmallCounty, mailbox: Mailbox, kind: ActionEventKind
) -> None:
    by = {} if kind is Kind.REMINDED else {"by": "Aino Virtanen"}

    letters = letters_of(county, mailbox, kind, **by)

    assert letters
    assert not any("{" in letter for letter in letters)


def test_a_call_for_support_is_asked_for_with_its_day(county: SmallCounty, mailbox: Mailbox) -> None:
    [letter] = letters_of(county, mailbox, Kind.SUPPORT_ASKED, by="2025-08-01")

    assert "vastaus viimeistään 1.8.2025: Kaksi hoitajaa" in letter
    assert "/acknowledge" not in letter


def test_a_reminder_of_a_call_for_support_says_what_is_needed_by_when_and_offers_nothing_to_acknowledge(
    county: SmallCounty, mailbox: Mailbox
) -> None:
    [letter] = letters_of(county, mailbox, Kind.REMINDED, by="2025-08-01", support_request=1)

    assert "Muistutus: sinulta on pyydetty tukea, vastaus viimeistään 1.8.2025: Kaksi hoitajaa" in letter
    assert "/acknowledge" not in letter


def test_a_reason_that_nobody_has_typed_is_read_in_the_language_of_its_reader(
    county: SmallCounty, mailbox: Mailbox
) -> None:
    become(county, FIRST_LINE_OWNER, language=Language.SV)

    letters = letters_of(county, mailbox, Kind.REOPENED, **kept_words("reason", "effect.relapsed", code="CA-1"))

    assert any(say(Language.SV, "effect.relapsed", code="CA-1") in letter for letter in letters)


@pytest.mark.parametrize("word", ["ääkköset.ääkköset", "YQ.ä", "YQ.\ud800"])
def test_a_word_that_cannot_be_a_link_is_refused_and_nothing_worse(word: str) -> None:
    with pytest.raises(LinkRefused):
        read_link(LINK_KEY, word, now=LATER)


def ask(county: SmallCounty, *people: str, kind: ActionEventKind = Kind.NOTIFIED, number: int = 50) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == "CA-2025-Q2-1")).one()
        record(session, [event_of(session, action.id, number, kind, {"asked": list(people)})])


def notify(county: SmallCounty, *, now: datetime = MORNING, link_key: str | None = None) -> int:
    settings = Settings(inner_hosts="127.0.0.1", link_key=link_key)
    place = Installation(settings, county.engine, county.rulebooks, clock=lambda: now)
    return notify_due(place, persistence=ONE_PAUSE, channels=known_channels(()))


def act(county: SmallCounty, service, *args, now: datetime = MORNING, **kwargs):
    with writing(county.engine, actor=OPERATOR.code, now=now) as session:
        return service(session, OPERATOR, *args, **kwargs)


def states(county: SmallCounty) -> list[DeliveryState]:
    return county.rows(select(DigestDelivery.state))


def become(county: SmallCounty, who: str, **values: object) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        person = session.exec(select(Person).where(Person.code == who)).one()
        for name, value in values.items():
            setattr(person, name, value)


def plain(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_person_reads_in_finnish_what_is_asked_why_and_by_when(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)

    notify(county)

    [letter] = mailbox.letters
    assert letter["Subject"] == "1 toimenpide odottaa huomiotasi"
    assert plain(letter).replace("\r", "") == (
        "Hei Sponsor!\n\n"
        "CA-2025-Q2-1 Yhteys luvatussa ajassa: etenemisen palauttaminen\n"
        "Ota toimenpide vastaan ja suunnittele, miten asia korjataan.\n"
        "Miksi: Avaintulos ei etene ja tarvitsee tukea: mittaustulos on 70,11\N{NO-BREAK SPACE}%.\n"
        "Määräpäivä: 14.8.2025\n"
        "Tila: Havaittu\n"
        "Avaa toimenpide: https://okr.example/action?code=CA-2025-Q2-1\n\n"
        "Tämän viestin lähetti strategian seuranta. Viestiin ei voi vastata.\n"
    )


def test_a_person_reads_their_own_language(county: SmallCounty, mailbox: Mailbox) -> None:
    become(county, SPONSOR, language=Language.SV)
    ask(county, SPONSOR)

    notify(county)

    assert "Ta emot åtgärden och planera hur saken rättas till." in plain(mailbox.letters[0])
    html = mailbox.letters[0].get_body(("html",))
    assert html is not None
    assert '<html lang="sv">' in html.get_content()


def test_all_that_waits_for_a_person_comes_in_one_letter(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR, LEADERSHIP)
    ask(county, SPONSOR, kind=Kind.REMINDED, number=51)

    notify(county)

    [letter] = mailbox.addressed_to(AT_SPONSOR)
    assert "Ota toimenpide vastaan" in plain(letter)
    assert "Muistutus" in plain(letter)
    assert len(mailbox.addressed_to(AT_LEADERSHIP)) == 1


def test_what_can_wait_is_not_sent_before_the_morning(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR, kind=Kind.ASSIGNED)

    notify(county, now=MORNING - timedelta(seconds=1))

    assert mailbox.letters == []


def test_an_escalation_does_not_wait_and_takes_the_rest_along(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)
    ask(county, SPONSOR, kind=Kind.ESCALATED, number=51)

    notify(county, now=NOW)
    notify(county, now=MORNING)

    [letter] = mailbox.letters
    assert "tuotu sinun ratkaistavaksesi" in plain(letter)
    assert "Ota toimenpide vastaan" in plain(letter)


def test_a_letter_is_recognised_as_sent_by_a_machine(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)

    notify(county)

    [letter] = mailbox.letters
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Id"] == "<okr-engine.county.example>"
    assert letter["From"] == "okr@county.example"


def test_a_letter_has_a_signed_link_while_the_action_can_be_acknowledged(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)
    notify(county, link_key=LINK_KEY.get_secret_value())
    county.act(FIRST_LINE_OWNER, acknowledge, "CA-2025-Q2-1", version=1)
    ask(county, SPONSOR, kind=Kind.ESCALATED, number=60)
    notify(county, now=LATER + timedelta(hours=2), link_key=LINK_KEY.get_secret_value())

    first, second = (plain(letter) for letter in mailbox.letters)
    [word] = re.findall(r"Ota vastaan: https://okr\.example/acknowledge/(\S+)", first)
    assert read_link(LINK_KEY, word, now=LATER) == AcknowledgeLink(SPONSOR, "CA-2025-Q2-1", 1)
    assert "/acknowledge/" not in second


def test_two_workers_send_a_letter_once(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)
    act(county, gather)
    [channel] = county.rows(select(NotificationChannel.id))

    first = act(county, claim, channel, holder="one", lease=timedelta(minutes=5))
    second = act(county, claim, channel, holder="two", lease=timedelta(minutes=5))

    assert first is not None
    assert second is None


def test_whoever_has_been_too_slow_cannot_finish_for_the_next(county: SmallCounty) -> None:
    ask(county, SPONSOR)
    act(county, gather)
    [channel] = county.rows(select(NotificationChannel.id))
    lease = timedelta(minutes=1)
    slow = act(county, claim, channel, holder="slow", lease=lease)
    act(county, claim, channel, holder="quick", lease=lease, now=LATER)

    assert act(county, sent, slow, now=LATER) is False


def test_two_workers_at_once_tell_everybody_once(engine: Engine, mailbox: Mailbox) -> None:
    county = SmallCounty.laid_out(engine)
    connect_mail(county, mailbox)
    people = [SPONSOR, LEADERSHIP, VIEWER]
    ask(county, *people)

    workers = [threading.Thread(target=notify, args=[county]) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(str(letter["To"].addresses[0].username) for letter in mailbox.letters) == sorted(people)


def test_a_letter_whose_answer_was_lost_is_sent_again_under_the_same_id(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)
    mailbox.to_letter = lambda: None
    notify(county)
    mailbox.to_letter = lambda: "250 Taken"

    notify(county, now=LATER)

    first, again = mailbox.letters
    assert first["Message-ID"] == again["Message-ID"]
    assert states(county) == [DeliveryState.DELIVERED]


def test_a_server_that_is_busy_is_tried_again_and_given_up_in_the_end(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)
    mailbox.to_letter = lambda: "451 Busy"

    notify(county)
    waiting = states(county)
    notify(county, now=LATER)

    assert (waiting, states(county)) == ([DeliveryState.WAITING], [DeliveryState.DEAD])


def test_a_refused_recipient_keeps_no_other_from_being_told(county: SmallCounty, mailbox: Mailbox) -> None:
    mailbox.to_recipient = lambda address: "550 No such person" if address == AT_SPONSOR else "250 Taken"
    ask(county, SPONSOR, LEADERSHIP)

    notify(county)

    [unsent] = county.ask(unsent_digests, OPERATOR)
    assert (unsent.person, unsent.channel, unsent.count, unsent.because.key) == (
        SPONSOR,
        "mail",
        1,
        "channels.letter_refused",
    )
    assert len(mailbox.addressed_to(AT_LEADERSHIP)) == 1


@pytest.mark.parametrize("email", [None, "", "nowhere", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"])
def test_a_person_without_an_address_is_a_failure_that_is_seen(
    county: SmallCounty, mailbox: Mailbox, email: str | None
) -> None:
    become(county, SPONSOR, email=email)
    ask(county, SPONSOR)

    notify(county)

    [unsent] = county.ask(unsent_digests, OPERATOR)
    assert unsent.because.key == "channels.no_address"
    assert mailbox.letters == []


def test_what_was_given_up_is_sent_once_it_has_been_put_right(county: SmallCounty, mailbox: Mailbox) -> None:
    become(county, SPONSOR, email=None)
    ask(county, SPONSOR)
    notify(county)
    [unsent] = county.ask(unsent_digests, OPERATOR)
    become(county, SPONSOR, email="new@county.example")

    act(county, replay, unsent.id)
    notify(county)

    assert len(mailbox.addressed_to("new@county.example")) == 1
    with pytest.raises(InvalidInput):
        act(county, replay, unsent.id)


def test_a_name_cannot_write_headers_or_markup(county: SmallCounty, mailbox: Mailbox) -> None:
    become(county, SPONSOR, name='Eve\r\nBcc: c@d.example\u202e <b>"x"</b>')
    ask(county, SPONSOR)

    notify(county)

    [letter] = mailbox.letters
    assert letter["Bcc"] is None
    assert letter["To"].addresses[0].addr_spec == AT_SPONSOR
    html = letter.get_body(("html",))
    assert html is not None
    assert "<b>" not in html.get_content()


def test_refused_credentials_pause_the_channel_until_it_is_resumed(
    memory_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = SmallCounty.laid_out(memory_engine)
    with mail_server(password="right") as mailbox:
        connect_mail(county, mailbox, user="okr", password_variable="OKR_SECRET_MAIL")
        monkeypatch.setenv("OKR_SECRET_MAIL", "wrong")
        ask(county, SPONSOR)

        notify(county)
        tried_while_paused = notify(county, now=LATER)
        [paused] = county.ask(channel_views, OPERATOR)
        monkeypatch.setenv("OKR_SECRET_MAIL", "right")
        act(county, resume_channel, "mail", now=LATER)
        notify(county, now=LATER)

        assert paused.paused_because is not None
        assert paused.paused_because.key == "channels.credentials_refused"
        assert tried_while_paused == 0
        assert len(mailbox.letters) == 1


def test_a_server_that_does_not_encrypt_is_not_spoken_to_outside_the_house(
    memory_engine: Engine, mailbox: Mailbox
) -> None:
    county = SmallCounty.laid_out(memory_engine)
    connect_mail(county, mailbox, security="starttls")
    ask(county, SPONSOR)

    notify(county)

    [paused] = county.ask(channel_views, OPERATOR)
    assert paused.paused_because is not None
    assert paused.paused_because.key == "channels.not_as_set"
    assert mailbox.letters == []


def test_a_mail_server_inside_the_house_needs_permission(county: SmallCounty, mailbox: Mailbox) -> None:
    ask(county, SPONSOR)
    place = Installation(Settings(), county.engine, county.rulebooks, clock=lambda: MORNING)

    notify_due(place, channels=known_channels(()))

    [paused] = county.ask(channel_views, OPERATOR)
    assert paused.paused_at == MORNING
    assert mailbox.letters == []


def test_an_automation_is_told_the_same_as_a_signed_event(
    memory_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    county = SmallCounty.laid_out(memory_engine)
    with receiving(now=lambda: MORNING) as receiver:
        told = {
            "address": receiver.address,
            "secret_variable": "OKR_SECRET_HOOK",
            "app_address": "https://okr.example",
        }
        with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
            session.add(NotificationChannel(code="chat", channel="webhook", settings=told))
        become(county, SPONSOR, email=None)
        ask(county, SPONSOR)

        notify(county)

    [sent_event] = receiver.arrived
    assert (sent_event["type"], sent_event["subject"], sent_event["source"]) == (
        "okr.notification",
        SPONSOR,
        "https://okr.example",
    )
    data = sent_event["data"]
    assert isinstance(data, dict)
    assert [(line["code"], line["due"]) for line in data["lines"]] == [("CA-2025-Q2-1", "2025-08-14")]
    assert states(county) == [DeliveryState.DELIVERED]


def test_only_those_who_look_after_the_outside_see_what_could_not_be_sent(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        county.see(VIEWER, unsent_digests)


def test_what_has_been_gathered_is_not_gathered_again(county: SmallCounty) -> None:
    ask(county, SPONSOR, LEADERSHIP, VIEWER)

    assert [act(county, gather), act(county, gather)] == [3, 0]


def test_a_letter_about_many_actions_asks_the_database_no_more_often(county: SmallCounty) -> None:
    def digest_of(actions: list[UUID], *, at: datetime) -> UUID:
        with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
            events = [event_of(session, one, 70 + at.minute, Kind.REMINDED, {"asked": [SPONSOR]}) for one in actions]
            record(session, events)
        act(county, gather, now=at)
        [digest] = county.rows(select(Digest).where(Digest.made_at == at))
        return UUID(str(digest.id))

    actions = with_actions(county.engine, 6)
    few, many = digest_of(actions[:1], at=MORNING), digest_of(actions, at=LATER)

    assert questions(county, few) == questions(county, many)


def questions(county: SmallCounty, digest: UUID) -> int:
    asked: list[str] = []
    listen = lambda *told: asked.append(told[2])  # noqa: E731  the very object has to be taken off again
    event.listen(county.engine, "before_cursor_execute", listen)
    county.ask(notice_of, digest, message_id="1", app_address="https://okr.example", link_of=None)
    event.remove(county.engine, "before_cursor_execute", listen)
    return len(asked)
