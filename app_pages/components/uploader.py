"""The file uploader in the reader's language."""

import json

import streamlit as st

from app_pages.components.here import t


def speak_uploader() -> None:
    """Say the uploader's own English words in the reader's language; the limit stands in our text above it."""
    words = json.dumps(t("data.choose_file"), ensure_ascii=False)
    st.html(
        f"""<style>
        .stFileUploader section button p {{ font-size: 0 }}
        .stFileUploader section button p::after {{ content: {words}; font-size: .875rem }}
        [data-testid="stFileUploaderDropzoneInstructions"] {{ display: none }}
        </style>"""
    )
