"""What task platforms report: no token but a signature, kept at once, answered without having done the work first."""

import logging
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.exceptions import HTTPException

from okr_engine.api.answers import ReportAnswer
from okr_engine.api.bearers import Allowance, Place, spend
from okr_engine.api.problems import Problem, Refused
from okr_engine.errors import CredentialsRefused, ForgedMessage, InvalidInput, OperatorError
from okr_engine.model.columns import Code
from okr_engine.services.inbox import proved, receive
from okr_engine.words import message

routes = APIRouter(tags=["Task platforms"])
_log = logging.getLogger("okr_engine")

_BODY = {"required": True, "content": {"application/cloudevents+json": {"schema": {"type": "object"}}}}


async def sent_bytes(request: Request) -> bytes:
    """The body as it was sent, which is what is signed; at most as large as the API reads, and text."""
    body = await request.body()
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error
    return body


@routes.post(
    "/inbound/{endpoint}",
    status_code=HTTPStatus.ACCEPTED,
    response_model=ReportAnswer,
    openapi_extra={"requestBody": _BODY},
)
def hear(
    request: Request,
    place: Place,
    endpoint: Annotated[Code, Path(description="The endpoint's code.")],
    body: Annotated[bytes, Depends(sent_bytes)],
) -> ReportAnswer:
    """Take a signed report on a task from its platform; the same message again changes nothing."""
    try:
        found, report, can_be_asked = proved(
            place, endpoint, request.headers, body, platforms=request.app.state.platforms()
        )
    except ForgedMessage as error:
        raise Refused(
            Problem.MESSAGE_REFUSED,
            message("api.message_refused"),
            remedy=message("api.message_refused_remedy"),
            headers={"WWW-Authenticate": "Signature"},
        ) from error
    except (InvalidInput, CredentialsRefused, OperatorError) as error:
        # What is wrong with the endpoint is for its operator, not for whoever sends.
        _log.warning("%s: %s", endpoint, error)
        raise Refused(
            Problem.UNAVAILABLE, message("api.endpoint_not_ready"), remedy=message("api.endpoint_not_ready_remedy")
        ) from error
    allowance: Allowance = request.app.state.inbound_allowance
    spend(allowance, found.id, place.now(), too_many=message("api.too_many_reports"))
    return ReportAnswer(outcome=receive(place, found, report, can_be_asked=can_be_asked))
