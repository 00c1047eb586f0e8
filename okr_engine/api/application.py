"""The API as one ASGI app: version 1 with its addresses, problems and OpenAPI description."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI

from connectors.platforms import Platforms, known_platforms
from okr_engine.api import acting, inbound, reading, writing
from okr_engine.api.bearers import Allowance
from okr_engine.api.problems import Problem, ProblemDetails, answer_problems_of
from okr_engine.services.installation import Installation
from okr_engine.settings import Settings

_ABOUT = """Programs read what people see and write what people enter, as one of them.

Every request carries a token (`okr tokens create`) as `Authorization: Bearer …` and sees what its person may see now;
only the reports of task platforms are signed instead.
Lists come page by page: `next` is the `cursor` of the following page. What is read has an `ETag`; asked again with
`If-None-Match`, an unchanged answer is 304. What goes wrong is told as problem details (RFC 9457) in the language of
`Accept-Language`."""

_PROBLEMS = "#/components/schemas/{model}"
_ANYWHERE = (
    Problem.UNREADABLE,
    Problem.TOKEN_REFUSED,
    Problem.NOT_ALLOWED,
    Problem.NOT_FOUND,
    Problem.INVALID,
    Problem.TOO_MANY,
    Problem.UNAVAILABLE,
)
_WRITING = (Problem.STALE, Problem.TOO_LARGE, Problem.REVISION_MISSING)


def application(
    installation: Callable[[], Installation],
    settings: Settings,
    platforms: Callable[[], Platforms] = known_platforms,
) -> FastAPI:
    """The API of the installation, which is asked for when somebody asks the API; as are the task platforms, once."""
    app = _Described(
        title="okr-engine",
        version="1",
        description=_ABOUT,
        servers=[{"url": "/api"}],
        openapi_url="/v1/openapi.json",
        # Both would load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False},
        max_body_size=settings.api_max_body_kb * 1024,
    )
    app.state.installation = installation
    app.state.language = settings.language
    app.state.platforms = cache(platforms)
    app.state.allowance = Allowance(settings.api_requests_per_minute)
    app.state.inbound_allowance = Allowance(settings.api_requests_per_minute)
    answer_problems_of(app)
    version_1 = APIRouter(prefix="/v1", responses=_answers(_ANYWHERE))
    version_1.include_router(reading.routes)
    version_1.include_router(writing.routes, responses=_answers(_WRITING))
    version_1.include_router(acting.routes, responses=_answers(_WRITING))
    version_1.include_router(inbound.routes, responses=_answers((Problem.TOO_LARGE,)))
    app.include_router(version_1)
    return app


class _Described(FastAPI):
    """The framework's description, with the shape of problem details that its own answers never have."""

    def openapi(self) -> dict[str, Any]:
        described = super().openapi()
        shape = ProblemDetails.model_json_schema(ref_template=_PROBLEMS)
        described["components"]["schemas"] |= shape.pop("$defs") | {ProblemDetails.__name__: shape}
        return described


def _answers(problems: Iterable[Problem]) -> dict[int | str, dict[str, Any]]:
    shape = {"schema": {"$ref": _PROBLEMS.format(model=ProblemDetails.__name__)}}
    return {
        int(one.status): {"description": one.status.phrase, "content": {"application/problem+json": shape}}
        for one in problems
    }
