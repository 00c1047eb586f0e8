"""The language somebody asks for who has not signed in: by address, by cookie, or as their browser is set."""

from starlette.requests import HTTPConnection

from app_pages.components.here import LANGUAGE_COOKIE
from okr_engine.words import Language


def asked_language(request: HTTPConnection) -> Language:
    """The first of our languages that the request asks for; Finnish where it asks for none."""
    asked = [request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")]
    asked += [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    return next((Language(word) for word in asked if word in list(Language)), Language.FI)
