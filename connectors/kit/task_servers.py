"""Asking the server of a task platform: one request, and every answer that disappoints named by its remedy."""

from typing import Any, NoReturn

import httpx

from connectors.kit.client import credentials_refused, shown
from okr_engine.errors import PlatformGone, SourceUnavailable, TaskRefused
from okr_engine.words import message


def answer(client: httpx.Client, method: str, address: str, **asked: Any) -> httpx.Response:
    """What the server answers, whatever it is; SourceUnavailable where it does not, or breaks off. No redirects."""
    try:
        return client.request(method, address, follow_redirects=False, **asked)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        told = message("task_platforms.no_answer", address=address, reason=type(error).__name__)
        raise SourceUnavailable(told) from error


def refuse(response: httpx.Response) -> NoReturn:
    """Raise what an answer means that is no success: renewed credentials, a new address, or a corrected task."""
    address, status = shown(response.url), response.status_code
    if status in (401, 403):
        raise credentials_refused(response.url, status)
    remedy = message("task_platforms.refused_remedy")
    if status in (404, 410):
        raise PlatformGone(message("task_platforms.gone", address=address, status=status), remedy=remedy)
    raise TaskRefused(message("task_platforms.refused", address=address, status=status), remedy=remedy)
