"""What programs do to an action: one verb of the product's own, done once however often the request comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from okr_engine.access import Actor
from okr_engine.model import ActionState, CorrectiveAction
from okr_engine.services.repeated_requests import done_once

Verb = Callable[..., None]
"""A step as the services offer it: `verb(session, actor, code, version=…, …)`."""


@dataclass(frozen=True)
class ToldStep:
    """How the action stands after it, and whether the request had come before."""

    code: str
    version: int
    state: ActionState
    is_repeated: bool


def take_once(
    session: Session,
    actor: Actor,
    verb: Verb,
    code: str,
    *,
    version: int,
    values: Mapping[str, Any],
    token_id: UUID,
    key: str | None,
    fingerprint: str,
) -> ToldStep:
    """Do the verb on the action, or find how it stood when the same request came before; raises what the verb does."""

    def do() -> dict[str, Any]:
        verb(session, actor, code, version=version, **values)
        session.flush()
        action = session.exec(select(CorrectiveAction).where(CorrectiveAction.code == code)).one()
        return {"version": action.version, "state": action.state.value}

    answer, is_repeated = done_once(session, token_id, key, fingerprint, do)
    return ToldStep(code, answer["version"], ActionState(answer["state"]), is_repeated)
