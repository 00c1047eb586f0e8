"""The ASGI app: `streamlit run streamlit_app.py`, `okr serve` and `uvicorn streamlit_app:app` start the same thing."""

from pathlib import Path

import streamlit as st

from app_pages.serving import lifespan, middleware, report_script_error, routes, secrets

app = st.App(
    Path(__file__).resolve().parent / "app_pages" / "main.py",
    lifespan=lifespan,
    middleware=middleware(),
    on_script_error=report_script_error,
    routes=routes(),
    secrets=secrets(),
)
