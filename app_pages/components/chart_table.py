"""The table beside a chart: the same content for whoever reads rather than looks."""

from collections.abc import Callable

from app_pages.components.chart import canvas
from app_pages.components.here import clock, language, t
from app_pages.components.tables import Column, Part, Row, Section, note, tag, text
from okr_engine.i18n import period, spoken
from okr_engine.reports.figure_rows import FigureRow, figure_rows
from okr_engine.services.figure_series import FigureSeries
from okr_engine.statistics.xmr_charts import Chart

_COLUMNS: tuple[tuple[str, Callable[[FigureRow], str]], ...] = (
    ("indicator.interval", lambda row: row.interval),
    ("noun.target", lambda row: row.target),
    ("noun.limit", lambda row: row.limit),
    ("chart.column_expected", lambda row: row.expected),
    ("chart.column_control", lambda row: row.control),
    ("variation.called", lambda row: row.called),
)
"""What may stand beside a figure; a column in which nothing would stand is left out."""


def chart_table(series: FigureSeries, variation: Chart | None) -> Section:
    """Every figure with what the chart draws at its place, and how it came to be what it is."""
    rows = figure_rows(series, variation, canvas())
    columns = [(heading, cell) for heading, cell in _COLUMNS if any(map(cell, rows))]
    return Section(
        caption=t("explanation.figures_of", name=spoken(series.name, language())),
        columns=(
            Column(t("noun.period"), 10),
            Column(t("noun.measurement"), 10, figures=True),
            *(Column(t(heading), 11, figures=heading != "variation.called") for heading, _ in columns),
            Column(t("explanation.remarks"), 26),
        ),
        rows=[
            Row(
                [
                    [text(period(row.figure.period, language()))],
                    [text(row.value)],
                    *([text(cell(row))] if cell(row) else [] for _, cell in columns),
                    _remarks(row),
                ]
            )
            for row in rows
        ],
    )


def _remarks(row: FigureRow) -> list[Part]:
    one = row.figure
    tags = [tag(t("explanation.provisional"))] if one.provisional else []
    tags += [tag(t("explanation.restated"))] if one.is_restated else []
    recorded = t("explanation.recorded", at=clock(one.recorded_at), source=one.source)
    return [*tags, text(" ".join(filter(None, (one.comment, recorded)))), *map(note, row.remarks)]
