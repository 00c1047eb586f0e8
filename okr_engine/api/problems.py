"""What went wrong, as problem details (RFC 9457) in the language that was asked for."""

import logging
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from okr_engine.errors import (
    InputError,
    KeyUsedAgain,
    NotAllowed,
    NotFound,
    OkrError,
    OperatorError,
    StaleEdit,
    TokenRefused,
)
from okr_engine.i18n import say, speak
from okr_engine.words import Language, Message, message

_log = logging.getLogger("okr_engine")


class Problem(StrEnum):
    """The kinds of problems a program can tell apart."""

    UNREADABLE = "unreadable"
    TOKEN_REFUSED = "token_refused"  # noqa: S105
    MESSAGE_REFUSED = "message_refused"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    NO_SUCH_METHOD = "no_such_method"
    STALE = "stale"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    KEY_USED_AGAIN = "key_used_again"
    REVISION_MISSING = "revision_missing"
    TOO_MANY = "too_many"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"

    @property
    def status(self) -> HTTPStatus:
        """The status it is answered with."""
        return _STATUSES[self]


_STATUSES = {
    Problem.UNREADABLE: HTTPStatus.BAD_REQUEST,
    Problem.TOKEN_REFUSED: HTTPStatus.UNAUTHORIZED,
    Problem.MESSAGE_REFUSED: HTTPStatus.UNAUTHORIZED,
    Problem.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Problem.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Problem.NO_SUCH_METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    Problem.STALE: HTTPStatus.PRECONDITION_FAILED,
    Problem.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Problem.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Problem.KEY_USED_AGAIN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Problem.REVISION_MISSING: HTTPStatus.PRECONDITION_REQUIRED,
    Problem.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    Problem.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    Problem.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
_OF_ERRORS: tuple[tuple[type[OkrError], Problem], ...] = (
    (TokenRefused, Problem.TOKEN_REFUSED),
    (NotAllowed, Problem.NOT_ALLOWED),
    (NotFound, Problem.NOT_FOUND),
    (StaleEdit, Problem.STALE),
    (KeyUsedAgain, Problem.KEY_USED_AGAIN),
    (InputError, Problem.INVALID),
    (OperatorError, Problem.UNAVAILABLE),
    (OkrError, Problem.FAILED),
)
_OF_STATUSES = {
    HTTPStatus.BAD_REQUEST: (Problem.UNREADABLE, "api.unreadable"),
    HTTPStatus.NOT_FOUND: (Problem.NOT_FOUND, "api.no_such_address"),
    HTTPStatus.METHOD_NOT_ALLOWED: (Problem.NO_SUCH_METHOD, "api.no_such_method"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (Problem.TOO_LARGE, "api.too_large"),
}
_OF_FIELDS = {"missing": "api.field_missing", "extra_forbidden": "api.field_unknown"}


class Refused(InputError):
    """What the API itself does not accept: the kind of problem, and headers that help."""

    def __init__(
        self, problem: Problem, what: Message, *, remedy: Message, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(what, remedy=remedy)
        self.problem = problem
        self.headers = headers


class WrongField(BaseModel):
    """A part of the request that needs correcting."""

    pointer: str
    code: str
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457; title, detail and remedy are in the language of Accept-Language."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:okr-engine:problem:stale",
                "title": "Somebody else has saved in between",
                "status": 412,
                "detail": "Aino Virtanen saved another version meanwhile.",
                "theirs": "90.81",
                "yours": "91.2",
                "saved_by": "Aino Virtanen",
            }
        }
    )
    type: str
    title: str
    status: int
    detail: str
    remedy: str | None = None
    errors: list[WrongField] | None = None
    theirs: str | None = None
    yours: str | None = None
    saved_by: str | None = None


def answer_problems_of(app: FastAPI) -> None:
    """Let every error of `app`, ours or the framework's, be answered as problem details."""
    app.add_exception_handler(OkrError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, _unexpected)


def wanted_language(request: Request) -> Language:
    """The first language of Accept-Language that we speak, or else the installation's."""
    asked = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    home: Language = request.app.state.language
    return next((Language(one) for one in asked if one in list(Language)), home)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, OkrError)
    if isinstance(error, Refused):
        return _answered(request, error.problem, error.what, remedy=error.remedy, headers=error.headers)
    problem = next(problem for kind, problem in _OF_ERRORS if isinstance(error, kind))
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("The API could not answer", exc_info=error)
    more: dict[str, Any] = {}
    if isinstance(error, StaleEdit):
        more = {"theirs": error.theirs, "yours": error.yours, "saved_by": error.saved_by}
    headers = {"WWW-Authenticate": "Bearer"} if problem is Problem.TOKEN_REFUSED else None
    return _answered(request, problem, error.what, remedy=error.remedy, headers=headers, **more)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return _answered(request, Problem.UNREADABLE, message("api.unreadable"))
    language = wanted_language(request)
    wrong = [
        {
            "pointer": "/" + "/".join(str(part) for part in one["loc"]),
            "code": one["type"],
            "detail": say(language, _OF_FIELDS.get(one["type"], "api.field_invalid")),
        }
        for one in error.errors()
    ]
    return _answered(request, Problem.INVALID, message("api.invalid_request"), errors=wrong)


def _of_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    problem, key = _OF_STATUSES.get(status, (Problem.FAILED, "api.failed"))
    return _answered(request, problem, message(key), headers=error.headers)


def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("The API failed", exc_info=error)
    return _answered(request, Problem.FAILED, message("api.failed"))


def _answered(
    request: Request,
    problem: Problem,
    what: Message,
    *,
    remedy: Message | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    language = wanted_language(request)
    details = ProblemDetails(
        type=f"urn:okr-engine:problem:{problem.value.replace('_', '-')}",
        title=say(language, f"api_problem.{problem}"),
        status=problem.status,
        detail=speak(what, language),
        remedy=speak(remedy, language) if remedy else None,
        **more,
    )
    return JSONResponse(
        details.model_dump(exclude_none=True),
        status_code=problem.status,
        headers={**(headers or {}), "Content-Language": language.value},
        media_type="application/problem+json",
    )
