"""Workers that are killed while they tell people: everybody is told, and a repeated letter is the same letter."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import connect, writing
from okr_engine.model import (
    ActionEventKind,
    CorrectiveAction,
    DeliveryState,
    DigestDelivery,
    NotificationChannel,
    Person,
)
from okr_engine.services.action_records import event_of, record
from tests.services.small_county import NOW, SmallCounty
from tests.workflow.mail_server import TAKEN, mail_server

WORKER = Path(__file__).with_name("notifying_worker.py")
PEOPLE = [f"person-{number}" for number in range(12)]


def slowly() -> str:
    time.sleep(0.1)
    return TAKEN


def test_workers_that_are_killed_between_two_letters_tell_everybody(sqlite_template: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'okr.db')}"
    engine = connect(url)
    county = SmallCounty.laid_out(engine)
    with mail_server() as mailbox:
        mailbox.to_letter = slowly
        settings = {"host": "127.0.0.1", "port": mailbox.port, "security": "none", "sender": "okr@county.example"}
        with writing(engine, actor=OPERATOR.code, now=NOW) as session:
            told = {**settings, "app_address": "https://okr.example"}
            session.add(NotificationChannel(code="mail", channel="smtp", settings=told))
            session.add_all(Person(code=code, name=code, email=f"{code}@county.example") for code in PEOPLE)
            session.flush()
            action = session.exec(select(CorrectiveAction)).first()
            assert action is not None
            record(session, [event_of(session, action.id, 50, ActionEventKind.NOTIFIED, {"asked": PEOPLE})])

        for letters_before_the_kill in (2, 6):
            with working(url) as worker:
                wait_until(lambda: len(mailbox.letters) >= letters_before_the_kill)  # noqa: B023  asked at once
                worker.kill()
        with working(url) as worker:
            wait_until(lambda: set(county.rows(select(DigestDelivery.state))) == {DeliveryState.DELIVERED})
            worker.kill()
    engine.dispose()

    ids = {str(letter["To"]): letter["Message-ID"] for letter in mailbox.letters}
    assert len(ids) == len(PEOPLE)
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == len(PEOPLE)


def working(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, WORKER, url], cwd=WORKER.parents[2], env={"PYTHONPATH": str(WORKER.parents[2])}
    )


def wait_until(is_so) -> None:
    for _ in range(1200):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to be")
