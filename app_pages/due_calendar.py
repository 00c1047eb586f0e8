"""The address at which a calendar reads its person's due dates; whoever knows it needs no other proof."""

import hashlib
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from app_pages.components.here import installation
from okr_engine.errors import NotFound
from okr_engine.reports.due_calendar import due_calendar
from okr_engine.services.calendar_feeds import due_actions


def calendar_feed(request: Request) -> Response:
    """The calendar, or that it has not changed since the reader last looked; 404 for any other address."""
    place = installation()
    try:
        found = place.ask(due_actions, request.path_params["secret"], today=place.today())
    except NotFound:
        return Response(status_code=404)
    content = due_calendar(found, app_address=str(request.base_url).rstrip("/"))
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": tag,
        "Last-Modified": format_datetime(found.changed_at, usegmt=True),
        "X-Robots-Tag": "noindex",
    }
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar", headers=headers)
