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
from okr_engine.model import ActionPlan
from okr_engine.model.columns import Code, Prose
from okr_engine.services.action_steps import (
    acknowledge,
    assign,
    comment,
    dismiss,
    extend,
    finish,
    plan,
    reopen,
    start,
)
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


class Planned(_Sent):
    """What will be done by when, and how its effect will be seen; planning anew needs a reason."""

    kind: Literal["plan"]
    plan: ActionPlan
    reason: Prose | None = None


class Started(_Sent):
    """The planned work has begun."""

    kind: Literal["start"]


class Finished(_Sent):
    """The work is done; whether it helped is seen afterwards."""

    kind: Literal["done"]


class Extended(_Sent):
    """A later day, with the reason."""

    kind: Literal["extend"]
    due: date
    reason: Prose


class Commented(_Sent):
    """A remark; nothing else changes."""

    kind: Literal["comment"]
    text: Prose


class Dismissed(_Sent):
    """It is not acted on until a day that is still to come; by whoever answers for it or stands above."""

    kind: Literal["dismiss"]
    accept_until: date
    reason: Prose


class Reopened(_Sent):
    """A closed action is taken up again, in its next round."""

    kind: Literal["reopen"]
    reason: Prose


EventSent = Annotated[
    Acknowledged | Delegated | Planned | Started | Finished | Extended | Commented | Dismissed | Reopened,
    Field(discriminator="kind"),
]
VERBS: Mapping[type[_Sent], Verb] = {
    Acknowledged: acknowledge,
    Delegated: assign,
    Planned: plan,
    Started: start,
    Finished: finish,
    Extended: extend,
    Commented: comment,
    Dismissed: dismiss,
    Reopened: reopen,
}
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
    version = based_on(if_match, None)
    values = {name: getattr(sent, name) for name in type(sent).model_fields if name != "kind"}
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
