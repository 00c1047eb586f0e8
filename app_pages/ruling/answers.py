"""What Rules asks."""

import streamlit as st

from app_pages.components.here import Stamp, installation, language, stamp, today, user
from okr_engine.periods import Period
from okr_engine.services.roll_up_policies import PolicyView, policies
from okr_engine.services.rule_drafts import DraftView, draft_of
from okr_engine.services.rulebook_views import Book, EditionsView, RulebookView, editions_view, rulebook_view
from okr_engine.services.todays_rules import UnderRules, under_todays_rules
from okr_engine.words import Language


def rulebook(book: Book) -> RulebookView:
    """The rules of that book that are in force, in the language of this screen."""
    return _rulebook(stamp(), book, language())


def editions() -> EditionsView:
    """Every edition of the status rules."""
    return installation().ask(editions_view, user(), installation().rulebooks, today=today())


def policies_of_roll_up() -> list[PolicyView]:
    """Every policy of how key results add up, newest first."""
    return installation().ask(policies)


def draft() -> DraftView:
    """The draft as it is this moment."""
    return installation().ask(draft_of, user(), installation().rulebooks.status, today=today())


def compared(quarter: Period) -> list[UnderRules]:
    """The quarter under the rules in force today."""
    return _compared(stamp(), quarter)


@st.cache_data(show_spinner=False, max_entries=50)
def _rulebook(stamp: Stamp, book: Book, language: Language) -> RulebookView:
    return installation().ask(rulebook_view, user(), installation().rulebooks, book, language, today=stamp.today)


@st.cache_data(show_spinner=False, max_entries=100)
def _compared(stamp: Stamp, quarter: Period) -> list[UnderRules]:
    shipped = installation().rulebooks.status
    return installation().ask(under_todays_rules, user(), quarter, shipped, today=stamp.today)
