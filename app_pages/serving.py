"""What runs around the screens: start-up, page language, health, sign-in for the demo, and errors nobody expected."""

import gc
import logging
import re
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from ipaddress import ip_address
from typing import Any

import streamlit as st
from starlette.datastructures import Address
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import config

from app_pages.acknowledging import acknowledge_page
from app_pages.components.asked_language import asked_language
from app_pages.components.here import DEMO_COOKIE, installation, t
from app_pages.due_calendar import calendar_feed
from okr_engine.api.application import application
from okr_engine.errors import NotFound, OkrError
from okr_engine.i18n import say
from okr_engine.packaged import theme_file
from okr_engine.services.people import actor_with_code
from okr_engine.settings import Settings
from okr_engine.worker.ticking import running_worker

_OWN_NAME = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)
_HTML_LANG = re.compile(rb'<html lang="[^"]*"')
_log = logging.getLogger("okr_engine")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm what the first visitor would wait for, then keep it out of the collection that follows each rerun."""
    import altair  # noqa: F401
    import pandas  # noqa: F401

    _settle()
    place = installation()
    gc.collect()
    gc.freeze()
    with running_worker(place) if place.settings.worker else nullcontext():
        yield


def middleware() -> list[Middleware]:
    """What every request passes."""
    guards = [Middleware(OnlyThisMachine)] if Settings().offers_demo_accounts else []
    return [*guards, Middleware(PageLanguage)]


def routes() -> list[BaseRoute]:
    """What is served beside the screens."""
    return [
        Route("/healthz", _healthz),
        Route("/demo/sign-in/{person}", _demo_sign_in),
        Route("/demo/sign-out", _demo_sign_out),
        Route("/acknowledge/{word}", acknowledge_page, methods=["GET", "POST"]),
        Route("/calendar/{secret}.ics", calendar_feed),
        Mount("/api", application(installation, Settings())),
    ]


def secrets() -> dict[str, Any]:
    """Sign-in through the identity provider, as Streamlit wants to be told; empty without one."""
    settings = Settings()
    if not settings.has_identity_provider:
        return {}
    assert settings.cookie_secret
    assert settings.oidc_client_secret
    return {
        "auth": {
            "redirect_uri": settings.oidc_redirect_url or "",
            "cookie_secret": settings.cookie_secret.get_secret_value(),
            "client_id": settings.oidc_client_id or "",
            "client_secret": settings.oidc_client_secret.get_secret_value(),
            "server_metadata_url": settings.oidc_metadata_url or "",
        }
    }


def report_script_error(error: Exception) -> bool:
    """Say what went wrong in the reader's language; the log has the rest."""
    _log.error("A page failed", exc_info=error)
    if isinstance(error, OkrError):
        from app_pages.components.notices import show_error

        show_error(error)
    else:
        st.error(t("error.unexpected"), title=t("error.unexpected_title"))
    return True


class OnlyThisMachine:
    """Turns away whoever is not on this machine, or calls it by another name, while nobody needs a password.

    `OKR_ADDRESS` is only what `okr serve` listens on: another server may listen wider, and a foreign page may give its
    own name this machine's address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _is_from_here(HTTPConnection(scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            refusal = say(asked_language(HTTPConnection(scope)), "sign_in.only_this_machine")
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)


class PageLanguage:
    """Tells the browser, and with it the screen reader, which language the page is in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = asked_language(Request(scope)).value.encode()
        is_page = False

        async def send_translated(part: Message) -> None:
            nonlocal is_page
            if part["type"] == "http.response.start":
                is_page = any(
                    name == b"content-type" and value.startswith(b"text/html") for name, value in part["headers"]
                )
            elif is_page and part.get("body"):
                part["body"] = _HTML_LANG.sub(b'<html lang="' + wanted + b'"', part["body"], count=1)
            await send(part)

        await self.app(scope, receive, send_translated)


def _settle() -> None:
    # Only `okr serve`, and Streamlit's own command beside this file, have read it by now; without it the look would be
    # another, and usage statistics would leave the house.
    for section, options in tomllib.loads(theme_file().read_text("utf-8")).items():
        for name, value in options.items():
            option = f"{section}.{name}"
            if not config.is_manually_set(option):
                config.set_option(option, value, str(theme_file()))


def _is_from_here(connection: HTTPConnection) -> bool:
    return bool(_OWN_NAME.fullmatch(connection.headers.get("host", ""))) and _is_loopback(connection.client)


def _is_loopback(client: Address | None) -> bool:
    try:
        return client is not None and ip_address(client.host).is_loopback
    except ValueError:
        return False


def _healthz(_request: Request) -> Response:
    try:
        return JSONResponse({"status": "ok", "data_version": installation().data_version()})
    except OkrError as error:
        return JSONResponse({"status": "failing", "what": error.what.key}, status_code=503)


def _demo_sign_in(request: Request) -> Response:
    code = request.path_params["person"]
    if not (installation().settings.offers_demo_accounts and _is_somebody(code)):
        return Response(status_code=404)
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(DEMO_COOKIE, code, httponly=True, samesite="lax")
    return response


def _is_somebody(code: str) -> bool:
    try:
        installation().ask(actor_with_code, code, today=installation().today())
    except NotFound:
        return False
    return True


async def _demo_sign_out(_request: Request) -> Response:
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(DEMO_COOKIE)
    return response
