"""Figures over time on a page: the chart, what its signs mean, and pictures of it to take along."""

from functools import partial
from typing import Any

import streamlit as st

from app_pages.components.here import installation, language, t
from app_pages.components.plain import plain
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.figure_chart import figure_chart
from okr_engine.reports.figure_pictures import figure_picture, key_to_series, numbered, picture_name
from okr_engine.reports.figure_words import in_words
from okr_engine.reports.pictures import PictureKind
from okr_engine.services.figure_series import FigureSeries
from okr_engine.statistics.xmr_charts import Chart

_SAVED = {PictureKind.SVG: "chart.save_svg", PictureKind.PNG: "chart.save_png"}


def canvas() -> Canvas:
    """The canvas of this screen; the narrowest phone has room for it."""
    return Canvas(language(), time_zone=installation().settings.time_zone)


def figures_chart(series: FigureSeries, variation: Chart | None = None, *, key: str) -> None:
    """Draw the series with everything that belongs beside it, and say the same in words for screen readers.

    With `variation` also the lines of the control chart, where the points can carry them.
    """
    drawn_on = canvas()
    specification, signs = _drawn(series, variation, drawn_on)
    st.vega_lite_chart(spec=specification, key=key, alt=in_words(series, drawn_on.language))
    if signs:
        st.caption(signs)
    for said in numbered(series, drawn_on):
        st.caption(plain(said))


def pictures_of_chart(series: FigureSeries, variation: Chart | None = None, *, key: str) -> None:
    """Buttons for the chart as a picture, which is made only when somebody asks for it."""
    known_at = installation().now()
    with st.container(horizontal=True):
        for kind, label in _SAVED.items():
            st.download_button(
                t(label),
                partial(figure_picture, series, variation, canvas(), kind, known_at=known_at),
                file_name=picture_name(series, kind),
                mime=kind.mime,
                key=f"{key}.{kind}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )


@st.cache_data(show_spinner=False, max_entries=200)
def _drawn(series: FigureSeries, variation: Chart | None, drawn_on: Canvas) -> tuple[dict[str, Any], str]:
    return figure_chart(series, variation, drawn_on), key_to_series(series, variation, drawn_on)
