"""One indicator in a unit: the figure and how sure it is, its definition, where it comes from, the units beside."""

import streamlit as st

from app_pages.components.answers import indicator_lines, report_of_indicator
from app_pages.components.chart import figures_chart
from app_pages.components.funnel import funnel_chart, percent, percentage, units_table
from app_pages.components.here import language, t
from app_pages.components.lineage import came_from, lineage
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Part, Row, Section, follow, link, note, tables, tag, text
from okr_engine.errors import InvalidInput, NotFound
from okr_engine.i18n import day, figure, moment, number, period, spoken
from okr_engine.periods import Period
from okr_engine.services.indicator_reports import DefinitionView, FigureView, IndicatorLine, IndicatorReport


def choose_indicator() -> None:
    """Without an indicator in the address: those to choose from."""
    st.title(t("main.indicators"), anchor=False)
    lines = indicator_lines()
    if not lines:
        st.info(t("indicator.none"))
        return
    columns = (
        Column(t("noun.indicator"), 40),
        Column(t("noun.unit"), 20),
        Column(t("indicator.newest"), 20, figures=True),
        Column(t("indicator.comes"), 20),
    )
    section = Section(caption=t("main.indicators"), columns=columns, rows=[_line(one) for one in lines])
    follow(tables([section], key="indicator.choice"))


def _line(one: IndicatorLine) -> Row:
    name = link(spoken(one.name, language()), "indicator", code=one.code, unit=one.unit_code)
    return Row(
        [
            [name, note(one.code)],
            [text(spoken(one.unit_name, language()))],
            [text(told(one.newest, one)), note(period(one.newest.period, language()))],
            [text(t(f"indicator.origin.{one.newest.origin}"))],
        ]
    )


def told(one: FigureView, line: IndicatorLine) -> str:
    """A figure in the indicator's unit and decimals, or why there is none."""
    if one.value is None:
        return t(f"no_data.{one.no_data_reason}") if one.no_data_reason else "–"
    return figure(one.value, line.measure, language(), decimals=line.decimals, short=True)


def heading(report: IndicatorReport) -> None:
    """What it is called, in which unit, and which goals look at it."""
    line = report.line
    st.set_page_config(page_title=spoken(line.name, language()))
    st.caption(plain(spoken(line.unit_name, language())))
    st.title(plain(spoken(line.name, language())), anchor=False)
    if report.definition_text:
        st.markdown(plain(spoken(report.definition_text, language())))
    used = [f"{code} {spoken(name, language())}" for code, name in report.goals]
    if used:
        st.caption(t("indicator.used_by", goals=plain("; ".join(used))))


def the_figure(report: IndicatorReport) -> None:
    """The chosen figure, and how much it rests on."""
    shown, line = report.shown, report.line
    st.header(t("indicator.figure_of", period=shown.period), anchor=False)
    with st.grid(4, min_column_width=170):
        st.metric(t("noun.measurement"), told(shown, line), border=True, height="stretch")
        for label, value in _behind(report):
            st.metric(label, value, border=True, height="stretch")
    state = t("indicator.provisional") if shown.provisional else t("indicator.final")
    st.markdown(f"{state} {came_from(shown)}")
    if shown.comment:
        st.caption(plain(shown.comment))


def _behind(report: IndicatorReport) -> list[tuple[str, str]]:
    shown = report.shown
    found = []
    if shown.numerator is not None and shown.denominator is not None:
        parts = f"{number(shown.numerator, language())} / {number(shown.denominator, language())}"
        found.append((t("indicator.parts"), parts))
    elif shown.n is not None:
        found.append((t("indicator.n"), number(shown.n, language())))
    if report.interval:
        low, high = number(percentage(report.interval.low), language()), percent(report.interval.high)
        found.append((t("indicator.interval"), f"{low}–{high}"))
    found += [
        (t(f"share.{name}"), percent(share))
        for name in ("coverage", "response_rate")
        if (share := shown.share(name)) is not None
    ]
    if shown.pending:
        found.append((t("indicator.pending"), number(shown.pending, language())))
    return found


def the_definition(known: DefinitionView) -> None:
    """The definition in words, its parameters, and its SQL."""
    st.header(t("indicator.definition"), anchor=False)
    st.markdown(f"**{plain(spoken(known.name, language()))}** · {t('indicator.version', version=known.version)}")
    st.markdown(plain(spoken(known.what, language())))
    st.markdown(f"**{t('indicator.cannot_say')}** {plain(spoken(known.cannot_say, language()))}")
    rows = [
        Row([[text(spoken(means, language())), note(name)], [text(_given(value))]])
        for name, value, means in known.parameters
    ]
    columns = (Column(t("indicator.parameter"), 70), Column(t("indicator.parameter_value"), 30))
    with st.expander(t("indicator.parameters"), key="indicator.parameters"):
        tables(
            [Section(caption=t("indicator.parameters"), columns=columns, rows=rows)], key="indicator.parameter_table"
        )
    with st.expander(t("indicator.sql"), key="indicator.sql"):
        st.code(known.sql, language="sql")


def _given(value: object) -> str:
    if isinstance(value, bool):
        return t("answer.yes" if value else "answer.no")
    return str(value) if value != "" else t("indicator.all")


def the_series(report: IndicatorReport) -> None:
    """The figures over time, drawn and in a table whose periods can be opened."""
    st.header(t("indicator.series"), anchor=False)
    if any(one.value is not None for one in report.figures):
        figures_chart(report.drawing, key="indicator.chart")
    for one in report.breaks:
        st.caption(f"{t('noun.comparability_break')} {day(one.day, language())}: {plain(spoken(one.text, language()))}")
    columns = (
        Column(t("noun.period"), 22),
        Column(t("noun.measurement"), 20, figures=True),
        Column(t("indicator.parts"), 24, figures=True),
        Column(t("explanation.remarks"), 34),
    )
    rows = [_row(one, report) for one in reversed(report.figures)]
    follow(tables([Section(caption=t("indicator.series"), columns=columns, rows=rows)], key="indicator.series"))


def _row(one: FigureView, report: IndicatorReport) -> Row:
    line = report.line
    opened = link(period(one.period, language()), "indicator", code=line.code, unit=line.unit_code, at=one.period.code)
    parts = [text(number(each, language())) for each in (one.numerator, one.denominator) if each is not None]
    between: list[Part] = [parts[0], text("/"), parts[1]] if len(parts) == 2 else parts
    marks: list[Part] = [tag(t("explanation.provisional"))] if one.provisional else []
    marks += [tag(t("explanation.restated"), one.reason or "")] if one.is_restated else []
    value = text(told(one, line)) if one.value is not None else note(told(one, line))
    return Row(
        [[opened], [value], between, [*marks, text(t(f"indicator.origin.{one.origin}"))]],
        chosen=one.period == report.shown.period,
    )


def the_units(report: IndicatorReport) -> None:
    """Each unit's own figure; where there are shares of enough units, around that of all by limits of chance."""
    if len(report.shown.groups) < 2:
        return
    st.header(t("indicator.units"), anchor=False)
    if report.funnel:
        st.markdown(t("indicator.funnel_about"))
        funnel_chart(report.funnel, key="indicator.funnel")
    tables([units_table(report)], key="indicator.units")


def restatements(report: IndicatorReport) -> None:
    """Every figure that was ever told for a period, the newest first."""
    if all(one.revision == 1 for one in report.revisions):
        return
    columns = (
        Column(t("noun.period"), 16),
        Column(t("noun.measurement"), 16, figures=True),
        Column(t("indicator.recorded"), 22),
        Column(t("indicator.reason"), 46),
    )
    rows = [
        Row(
            [
                [text(period(one.period, language()))],
                [text(told(one, report.line))],
                [text(moment(one.recorded_at, language()))],
                [text(one.reason or t("indicator.first"))],
            ]
        )
        for one in report.revisions[:MOST_REVISIONS]
    ]
    with st.expander(t("indicator.restatements"), key="indicator.restatements"):
        tables([Section(caption=t("indicator.restatements"), columns=columns, rows=rows)], key="indicator.revisions")


MOST_REVISIONS = 200


def asked_period() -> Period | None:
    """The period in the address; none where it cannot be read."""
    try:
        return Period.parse(at) if (at := st.query_params.get("at")) else None
    except InvalidInput:
        return None


code = st.query_params.get("code")
if not code:
    choose_indicator()
    st.stop()
try:
    report = report_of_indicator(code, st.query_params.get("unit"), asked_period())
except NotFound as missing:
    show_error(missing)
    choose_indicator()
    st.stop()

heading(report)
the_figure(report)
the_series(report)
if report.definition:
    the_definition(report.definition)
lineage(report.shown, key="indicator.lineage")
the_units(report)
restatements(report)
