"""What Rules asks."""

from datetime import datetime

import streamlit as st

from app_pages.components.here import Stamp, installation, language, stamp, today, user
from okr_engine.periods import Period
from okr_engine.services.escalation_policies import PolicyEdition, policy_editions
from okr_engine.services.escalation_previews import Preview, goals_to_preview, preview
from okr_engine.services.roll_up_policies import PolicyView, policies
from okr_engine.services.rule_drafts import DraftView, draft_of
from okr_engine.services.rulebook_views import Book, EditionsView, RulebookView, editions_view, rulebook_view
from okr_engine.services.todays_rules import UnderRules, under_todays_rules
from okr_engine.words import Language, Words


def rulebook(book: Book) -> RulebookView:
    """The rules of that book that are in force, in the language of this screen."""
    return _rulebook(stamp(), book, language())


def editions() -> EditionsView:
    """Every edition of the status rules."""
    return installation().ask(editions_view, user(), installation().rulebooks, today=today())


def policies_of_roll_up() -> list[PolicyView]:
    """Every policy of how key results add up, newest first."""
    return installation().ask(policies)


def chain_editions() -> list[PolicyEdition]:
    """Every edition of the responsibility chain, the newest day first."""
    return installation().ask(policy_editions)


def goals_with_chains() -> dict[str, Words]:
    """The goals for which the chain can be tried."""
    return dict(installation().ask(goals_to_preview, user()))


def tried_chain(goal: str, raised_at: datetime) -> Preview:
    """Who would be asked about the goal from that moment on."""
    return installation().ask(preview, user(), goal, raised_at=raised_at, now=installation().now())


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
