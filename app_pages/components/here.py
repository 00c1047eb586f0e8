"""Where a page stands: the installation, who is looking, in which language, at which strategy and quarter."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeVar

import streamlit as st

from okr_engine.access import Actor
from okr_engine.errors import OkrError
from okr_engine.i18n import day, moment, say
from okr_engine.periods import Period
from okr_engine.services.installation import Installation, open_installation
from okr_engine.services.people import Identity, actor_with_code, actor_with_identity, bind_identity, is_bound
from okr_engine.services.strategies import StrategyQuarters, strategies_decided
from okr_engine.settings import Settings
from okr_engine.words import Language

R = TypeVar("R")

DEMO_COOKIE = "okr_demo_account"
LANGUAGE_COOKIE = "okr_language"


@dataclass(frozen=True)
class Stamp:
    """Under what an answer stays true, and so the key it is cached by: the state of the data, who asks, and the day."""

    version: int
    code: str
    today: date


_asked: ContextVar[dict[object, Any] | None] = ContextVar("asked", default=None)


@contextmanager
def one_run() -> Iterator[None]:
    """In this run of the script, what `once` marks is asked once: a save ends its run, so nothing seen grows old."""
    before = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(before)


def once(ask: Callable[[], R]) -> Callable[[], R]:
    """Mark a question that the parts of a page ask over and over."""

    @wraps(ask)
    def asked() -> R:
        known = _asked.get()
        if known is None:
            return ask()
        if ask not in known:
            known[ask] = ask()
        answer: R = known[ask]
        return answer

    return asked


@st.cache_resource(show_spinner=False)
def installation() -> Installation:
    """The one installation of this process."""
    return open_installation(Settings())


@once
def current_user() -> Actor | None:
    """Whoever is looking, or None before signing in; the one place that knows the ways in.

    Raises NotAllowed when the identity provider vouches for somebody whom this installation does not know.
    """
    settings = installation().settings
    if settings.has_identity_provider:
        return (
            _from_identity_provider(installation().data_version(), _identity(), today())
            if st.user.is_logged_in
            else None
        )
    if settings.offers_demo_accounts and (code := st.context.cookies.get(DEMO_COOKIE)):
        return _from_demo_cookie(Stamp(installation().data_version(), str(code), today()))
    return None


def user() -> Actor:
    """Whoever is looking, on pages that are only reached signed in."""
    found = current_user()
    if found is None:
        st.stop()
    return found


@once
def language() -> Language:
    """The language chosen on this screen, or before in this browser, or else the person's or the browser's own."""
    asked = [
        st.session_state.get("language"),
        st.context.cookies.get(LANGUAGE_COOKIE),
        st.session_state.get("person_language"),
        (st.context.locale or "")[:2],
    ]
    return next((Language(one) for one in asked if one in list(Language)), installation().settings.language)


def t(key: str, /, **values: object) -> str:
    """The sentence for `key` in the language of this screen."""
    return say(language(), key, **values)


def clock(when: datetime) -> str:
    """A moment in the language of this screen, on the organisation's wall clock."""
    return moment(when, language(), installation().settings.time_zone)


def clock_day(when: datetime) -> str:
    """The day of a moment in the language of this screen, on the organisation's calendar."""
    return day(when.astimezone(installation().settings.zone).date(), language())


def today() -> date:
    """Today where the organisation is."""
    return installation().today()


@once
def stamp() -> Stamp:
    """The key to cache under what the person looking may see now."""
    return Stamp(installation().data_version(), user().code, today())


@once
def strategies() -> list[StrategyQuarters]:
    """The strategies there is something to see of, the one with the newest quarter first."""
    return _strategies(stamp(), user())


def strategy() -> StrategyQuarters | None:
    """The strategy that is looked at: the goal's or the one in the address, or the last one chosen, or the newest."""
    known = {one.code: one for one in strategies()}
    of_goal = [one.code for one in known.values() if st.query_params.get("code") in one.goals]
    asked = [*of_goal, st.query_params.get("strategy"), st.session_state.get("strategy"), *known]
    return next((known[code] for code in asked if code in known), None)


def quarters() -> list[Period]:
    """The quarters of that strategy there is something to see of, newest first."""
    looked_at = strategy()
    return list(looked_at.quarters) if looked_at else []


def quarter() -> Period | None:
    """The quarter that is looked at, found as the strategy is; None where there is nothing to see yet."""
    known = {one.code: one for one in quarters()}
    asked = [st.query_params.get("period"), st.session_state.get("period"), *known]
    return next((known[code] for code in asked if code in known), None)


@st.cache_data(show_spinner=False, max_entries=500)
def _strategies(stamp: Stamp, _actor: Actor) -> list[StrategyQuarters]:  # noqa: ARG001 - the key
    return installation().ask(strategies_decided, _actor)


def _identity() -> Identity:
    claims = st.user.to_dict()
    email = claims.get("email")
    # Entra ID has no email_verified; it says instead that the organisation owns the address's domain.
    verified = claims.get("email_verified", claims.get("xms_edov"))
    return Identity(str(claims["sub"]), str(email) if email else None, str(verified).lower() in ("true", "1"))


@st.cache_data(show_spinner=False, max_entries=500)
def _from_identity_provider(version: int, identity: Identity, today: date) -> Actor:  # noqa: ARG001 - the key
    actor = installation().ask(actor_with_identity, identity, today=today)
    if not installation().ask(is_bound, identity):
        installation().act(actor, bind_identity, identity)
    return actor


@st.cache_data(show_spinner=False, max_entries=500)
def _from_demo_cookie(stamp: Stamp) -> Actor | None:
    try:
        return installation().ask(actor_with_code, stamp.code, today=stamp.today)
    except OkrError:
        return None
