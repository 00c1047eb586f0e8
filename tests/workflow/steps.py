"""Actions in the small county, steps that happen to them, and the endpoint they are told to."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from sqlalchemy import Engine
from sqlmodel import Session, select

from okr_engine.access import OPERATOR
from okr_engine.database import reading, writing
from okr_engine.errors import TaskRefused
from okr_engine.model import ActionEventKind, CorrectiveAction, OrgUnit, Source, TaskEndpoint
from okr_engine.services.action_records import take_step
from okr_engine.services.deliveries import claim, given_up
from okr_engine.words import message
from tests.services.small_county import NOW

ENDPOINT = "automation"
KINDS = (ActionEventKind.NOTIFIED, ActionEventKind.ACKNOWLEDGED, ActionEventKind.RECURRED)


def with_endpoint(engine: Engine, address: str, *, code: str = ENDPOINT) -> UUID:
    """An endpoint of signed webhooks at `address`."""
    settings = {"address": address, "secret_variable": "OKR_SECRET_HOOK", "app_address": "https://okr.example"}
    with writing(engine, actor=OPERATOR.code, now=NOW) as session:
        endpoint = TaskEndpoint(code=code, platform="webhook", settings=settings)
        session.add(endpoint)
        return endpoint.id


def with_actions(engine: Engine, count: int) -> list[UUID]:
    """So many open actions, each on a source of its own."""
    with writing(engine, actor=OPERATOR.code, now=NOW) as session:
        pattern = session.exec(select(CorrectiveAction)).first()
        assert pattern is not None
        actions = list(_actions(session, pattern, count))
        return [action.id for action in actions]


def with_dead_letter(engine: Engine, address: str = "https://board.example/hook") -> None:
    """An endpoint `board` that has refused the first of two steps of the first action there is."""
    refused = TaskRefused(
        message("task_platforms.refused", address=address, status=422),
        remedy=message("task_platforms.refused_remedy"),
    )
    with writing(engine, actor=OPERATOR.code) as session:
        settings = {"address": address, "secret_variable": "OKR_SECRET_BOARD"}
        place = TaskEndpoint(code="board", platform="webhook", settings=settings)
        session.add(place)
        session.flush()
        action = session.exec(select(CorrectiveAction.id)).first()
        assert action is not None
        for kind in KINDS[:2]:
            step(session, action, kind)
        claimed = claim(session, OPERATOR, place.id, holder="board")
        assert claimed is not None
        given_up(session, OPERATOR, claimed, refused)


def step(session: Session, action_id: UUID, kind: ActionEventKind) -> None:
    take_step(session, session.get_one(CorrectiveAction, action_id), kind, {})


def rows(engine: Engine, query: object) -> list[object]:
    with reading(engine) as session:
        return list(session.exec(query))  # type: ignore[call-overload]


def _actions(session: Session, pattern: CorrectiveAction, count: int) -> Iterator[CorrectiveAction]:
    unit = _unit(session)
    for number in range(count):
        source = Source(code=f"source-{number}", name_fi=f"Lähde {number}", connector="files", unit_id=unit)
        session.add(source)
        session.flush()
        content = {name: getattr(pattern, name) for name in CorrectiveAction.model_fields}
        own = {"id": uuid4(), "code": f"CA-X-{number}", "key_result_id": None, "source_id": source.id}
        action = CorrectiveAction(**content | own)
        session.add(action)
        session.flush()
        yield action


def _unit(session: Session) -> UUID:
    return session.exec(select(OrgUnit.id).where(OrgUnit.code == "county")).one()
