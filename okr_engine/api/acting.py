"""What programs do to corrective actions: one table of kinds, each a verb of the services."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from okr_engine.api.answers import StepAnswer
from okr_engine.api.bearers import Place, Writer
from okr_engine.api.writing import Key, Revision, based_on, kept
from okr_engine.model.columns import Code
from okr_engine.services.corrective_actions import acknowledge, assign
from okr_engine.services.told_actions import Verb, take_once

routes = APIRouter(tags=["Writing"])


class _Sent(BaseModel):
    """What happens to an action; every field but `kind` is an argument of its verb."""

    model_config = ConfigDict(extra="forbid")


class Acknowledged(_Sent):
    """It has been seen and is being taken up."""

    kind: Literal["acknowledge"]


class Delegated(_Sent):
    """It is given to a role or to a person, one of the two, due on a day that is not past."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"kind": "delegate", "role": "sponsor", "due": "2025-08-15"}},
    )
    kind: Literal["delegate"]
    role: Code | None = None
    person: Code | None = None
    due: date


EventSent = Annotated[Acknowledged | Delegated, Field(discriminator="kind")]
VERBS: Mapping[type[_Sent], Verb] = {Acknowledged: acknowledge, Delegated: assign}
"""The verb that each kind of event is; a new one needs its shape in `EventSent` and its line here."""


@routes.post("/actions/{code}/events", response_model=StepAnswer)
def take_step_of_action(
    place: Place,
    bearer: Writer,
    code: Annotated[Code, Path(description="The action's code.")],
    sent: EventSent,
    if_match: Revision = None,
    key: Key = None,
) -> Response:
    """Let something happen to an action, over the `version` that was read; what may not happen now is refused."""
    version, values = based_on(if_match, None), sent.model_dump(exclude={"kind"})
    wanted = repr((code, version, sent.kind, sorted(values.items())))
    step = place.act(
        bearer.actor,
        take_once,
        VERBS[type(sent)],
        code,
        version=version,
        values=values,
        token_id=bearer.token_id,
        key=key,
        fingerprint=hashlib.sha256(wanted.encode("utf-8", "backslashreplace")).hexdigest(),
    )
    return kept(StepAnswer.model_validate(step), step.version)
