"""A page with nothing on it but the effect of an action."""

import streamlit as st

from app_pages.components.effect_card import effect_card
from app_pages.components.here import one_run

with one_run():
    effect_card(st.query_params["code"])
