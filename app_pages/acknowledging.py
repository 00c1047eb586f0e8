"""The page behind a link in a mail: it shows the action and asks; only the click acknowledges, without signing in."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app_pages.components.asked_language import asked_language
from app_pages.components.here import installation
from okr_engine.errors import LinkRefused, NotAllowed, NotFound, OkrError
from okr_engine.i18n import say, speak
from okr_engine.services.acknowledge_links import LinkedAction, acknowledge_by_link, linked_action, read_link
from okr_engine.services.people import actor_with_code
from okr_engine.words import Language

# Nothing is fetched, nothing is kept, and the address, which is the key, is told to nobody.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def acknowledge_page(request: Request) -> Response:
    """Show what is to be acknowledged, or acknowledge it where the form was sent."""
    place, language = installation(), asked_language(request)
    try:
        link = read_link(place.settings.link_key, request.path_params["word"], now=place.now())
        seen = place.ask(linked_action, link)
        language = seen.language
        if request.method != "POST":
            return _page(language, _question(seen) if seen.is_waiting else _told(seen, "acknowledging.no_longer"))
        place.act(place.ask(actor_with_code, link.person, today=place.today()), acknowledge_by_link, link)
        return _page(language, _told(seen, "acknowledging.done"))
    except (LinkRefused, NotAllowed, NotFound) as error:
        return _page(language, _refusal(error, language), status=403)


def _question(seen: LinkedAction) -> str:
    button = escape(say(seen.language, "notices.acknowledge"))
    asked = escape(say(seen.language, "acknowledging.ask", name=seen.name))
    return f'{_described(seen)}<p>{asked}</p><form method="post"><button>{button}</button></form>'


def _told(seen: LinkedAction, key: str) -> str:
    told = escape(say(seen.language, key, name=seen.name))
    link = f'<a href="/action?code={escape(seen.code)}">{escape(say(seen.language, "notices.open"))}</a>'
    return f'{_described(seen)}<p role="status"><strong>{told}</strong></p><p>{link}</p>'


def _described(seen: LinkedAction) -> str:
    because = escape(say(seen.language, "notices.because", because=seen.because))
    due = escape(say(seen.language, "notices.due", due=seen.due))
    return f"<h2>{escape(seen.title)}</h2><p>{because}<br>{due}</p>"


def _refusal(error: OkrError, language: Language) -> str:
    remedy = escape(say(language, "acknowledging.sign_in"))
    return f'<p role="alert"><strong>{escape(speak(error.what, language))}</strong></p><p><a href="/">{remedy}</a></p>'


def _page(language: Language, content: str, *, status: int = 200) -> Response:
    title = escape(say(language, "acknowledging.title"))
    # `dir` stands first: the page is in its reader's language, whatever the browser asks for.
    page = (
        f'<!doctype html><html dir="ltr" lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_LOOK}</style></head>'
        f"<body><main><h1>{title}</h1>{content}</main></body></html>"
    )
    return HTMLResponse(page, status_code=status, headers=_HEADERS)


_LOOK = """
body { background: #F5F3EE; color: #10161F; font: 16px/1.5 "Source Sans", "Source Sans 3", sans-serif; margin: 0 }
main { background: #FFF; border: 1px solid #DDD8CE; border-radius: 8px; margin: 3rem auto; max-width: 36rem;
  padding: 2rem }
h1 { font: 600 1.75rem/1.25 "Source Serif", "Source Serif 4", Georgia, serif; margin: 0 0 1.5rem }
h2 { font-size: 1.1rem; line-height: 1.35; margin: 0 }
a { color: #1F4468 }
button { background: #1F4468; border: 0; border-radius: 8px; color: #FFF; cursor: pointer; font-family: inherit;
  font-size: 1rem; font-weight: 600; min-height: 44px; padding: 0.5rem 1.5rem }
a:focus-visible, button:focus-visible { outline: 3px solid #10161F; outline-offset: 2px }
@media (max-width: 40rem) { main { border-width: 1px 0; border-radius: 0; margin: 0; padding: 1.5rem } }
"""
