"""Lists page by page, and answers that need not be sent again."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel

from okr_engine.api.problems import Problem, Refused
from okr_engine.words import message

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=500, description="Where to go on: `next` of the page before.")]


def page_of(
    items: Sequence[Item], key: Callable[[Item], tuple[str, ...]], *, limit: int, cursor: str | None
) -> tuple[list[Item], str | None]:
    """The next `limit` items by `key`, and the cursor for what follows; what is added meanwhile shifts nothing."""
    after = _read(cursor) if cursor else ()
    rest = sorted((one for one in items if key(one) > after), key=key)
    page = rest[:limit]
    return page, _written(key(page[-1])) if len(rest) > limit else None


def answer(request: Request, body: BaseModel) -> Response:
    """The body as JSON with its ETag; nothing but that when the reader has it already."""
    content = body.model_dump_json().encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def _written(key: tuple[str, ...]) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, ...]:
    try:
        parts = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise Refused(Problem.INVALID, message("api.bad_cursor"), remedy=message("api.bad_cursor_remedy"))
    return tuple(parts)
