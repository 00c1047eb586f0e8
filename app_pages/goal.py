"""One goal in a quarter: its key results and their year, the reasons, the owner's words, the corrective actions."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.action_card import action_card
from app_pages.components.answers import accepted, card_of, report_of_goal, strategy_standing
from app_pages.components.chart import figures_chart, pictures_of_chart
from app_pages.components.chart_table import chart_table
from app_pages.components.deviation import deviation
from app_pages.components.explanation import explanation, shown_figure
from app_pages.components.here import language, quarter, strategy, t
from app_pages.components.holders import role_with_people
from app_pages.components.notices import no_data_yet, show_error
from app_pages.components.owners_words import owners_words, summary, words_in
from app_pages.components.plain import plain
from app_pages.components.status import JUDGED, movement_text, roll_up_text, status_pill
from app_pages.components.tables import (
    Column,
    Opened,
    Part,
    Row,
    Section,
    follow,
    link,
    mark,
    note,
    pill,
    tables,
    tag,
    text,
)
from okr_engine.errors import NotFound
from okr_engine.i18n import day, figure, period, spoken
from okr_engine.periods import Cadence, Period
from okr_engine.services.goal_reports import Cell, GoalReport, KeyResultReport
from okr_engine.services.standings import accepted_among
from okr_engine.terms import Direction

BOUNDS = {Direction.AT_LEAST: "target.at_least", Direction.AT_MOST: "target.at_most"}


def choose_goal(shown: Period) -> None:
    """Without a goal in the address: the goals to choose from."""
    st.title(t("main.goals"), anchor=False)
    looked_at = strategy()
    found = strategy_standing(looked_at.code, shown) if looked_at else None
    if found is None:
        no_data_yet()
        return
    sections = [
        Section(
            caption=t("overview.goals_of", priority=spoken(priority.name, language())),
            heading=spoken(priority.name, language()),
            columns=(Column(t("noun.goal"), 45), Column(t("role.goal_owner"), 35), Column(t("overview.status"), 20)),
            rows=[
                Row(
                    [
                        [
                            link(
                                f"{goal.code} {spoken(goal.name, language())}",
                                "goal",
                                code=goal.code,
                                period=shown.code,
                            )
                        ],
                        [text(spoken(goal.owner, language()) or t("noun.vacancy"))],
                        [pill(goal.standing.status)],
                    ]
                )
                for goal in priority.goals
            ],
        )
        for priority in found.priorities
    ]
    follow(tables(sections, key="goal.choice", params={"period": shown.code}))


def heading(report: GoalReport) -> None:
    """Where the goal belongs, what it is called, whose it is and how it stands."""
    goal = report.standing
    st.set_page_config(page_title=f"{goal.code} {spoken(goal.name, language())}")
    st.caption(f"{plain(spoken(report.strategy, language()))} › {plain(spoken(report.priority, language()))}")
    st.title(f"{plain(goal.code)} {plain(spoken(goal.name, language()))}", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(status_pill(goal.standing.status), width="content")
        st.markdown(
            roll_up_text(goal.standing, accepted_among(goal.key_results, accepted(report.quarter))), width="content"
        )
        st.markdown(f":gray[{movement_text(goal.movement)}]", width="content")
    owner = role_with_people(report.owner, report.owner_people)
    sponsor = role_with_people(report.sponsor, report.sponsor_people)
    st.markdown(f"**{t('role.goal_owner')}:** {owner}  \n**{t('role.sponsor')}:** {sponsor}")


def key_results(report: GoalReport, chosen: KeyResultReport | None) -> Opened | None:
    """The key results, and the KPIs beside them, as tables of the year's quarters."""
    sections = [
        Section(
            caption=t("goal.figures_of", what=t(heading), quarter=report.quarter),
            heading=t(heading),
            columns=_columns(rows, first),
            rows=[_row(one, one is chosen) for one in rows],
        )
        for heading, first, rows in (
            ("goal.key_results", "noun.key_result", report.key_results),
            ("goal.kpis", "noun.kpi", report.kpis),
        )
        if rows
    ]
    params = {"code": report.standing.code, "period": report.quarter.code}
    return tables(sections, key="goal.key_results", params=params)


def _columns(rows: Sequence[KeyResultReport], first: str) -> list[Column]:
    quarters = [period(cell.quarter, language()) for cell in rows[0].cells]
    return [
        Column(t(first), 30),
        Column(t("noun.baseline"), 10, figures=True),
        Column(t("noun.target"), 11, figures=True),
        *[Column(one, 12, figures=True) for one in quarters],
    ]


def _row(one: KeyResultReport, is_chosen: bool) -> Row:
    standing = one.standing
    name = link(
        f"{standing.code} {spoken(standing.name, language())}",
        "goal",
        kr=standing.code,
    )
    cadence = [] if one.cadence == Cadence.QUARTER else [note(t(f"cadence.{one.cadence}"))]
    return Row(
        [
            [name, *cadence],
            [text(_plain_figure(one, one.baseline))],
            [text(aim(one))],
            *[_cell(one, cell) for cell in one.cells],
        ],
        chosen=is_chosen,
    )


def _cell(one: KeyResultReport, cell: Cell) -> list[Part]:
    parts: list[Part] = [mark(cell.status)] if cell.status in JUDGED else []
    if cell.observed is None:
        return parts
    parts += [
        text(shown_figure(one, cell.observed))
        if cell.observed.value is not None
        else note(shown_figure(one, cell.observed))
    ]
    parts += (
        [tag(t("explanation.provisional_short"), t("explanation.provisional"))] if cell.observed.provisional else []
    )
    parts += (
        [tag(t("explanation.restated_short"), cell.observed.reason or t("explanation.restated"))]
        if cell.observed.is_restated
        else []
    )
    return parts


def _plain_figure(one: KeyResultReport, value: object) -> str:
    return figure(value, one.standing.measure, language(), decimals=one.standing.decimals, short=True)  # type: ignore[arg-type]


def aim(one: KeyResultReport) -> str:
    """The target in force with its direction, in a word where there is no number."""
    if one.target is None:
        return t(f"direction_short.{one.direction}")
    if one.target.value is None:
        return f"{_plain_figure(one, one.target.low)}–{_plain_figure(one, one.target.high)}"
    bound = BOUNDS.get(one.direction)
    value = _plain_figure(one, one.target.value)
    return t(bound, value=value) if bound else value


def chosen_of(report: GoalReport) -> KeyResultReport | None:
    """The key result in the address, or the first one that gave the goal its status."""
    rows = [*report.key_results, *report.kpis]
    asked = next((one for one in rows if one.standing.code == st.query_params.get("kr")), None)
    decisive = (one for one in report.key_results if one.standing.status == report.standing.standing.status)
    return asked or next(decisive, None) or next(iter(rows), None)


def details(one: KeyResultReport, quarter: Period) -> None:
    """The chosen key result: its figures over time beside the reason of its status."""
    st.header(f"{plain(one.standing.code)} {plain(spoken(one.standing.name, language()))}", anchor=False)
    if one.definition:
        st.caption(plain(spoken(one.definition, language())))
    with st.grid(2, min_column_width=340, gap="large"):
        with st.container():
            if any(each.value is not None for each in one.series):
                figures_chart(one.drawn, one.variation, key="goal.chart")
            else:
                st.markdown(t("goal.no_figures"))
            for mark_of_break in one.breaks:
                text_of_break = plain(spoken(mark_of_break.text, language()))
                st.caption(f"{t('noun.comparability_break')} {day(mark_of_break.day, language())}: {text_of_break}")
        with st.container():
            explanation(one, card_of(one, quarter), key="goal.explanation")
            deviation(one)
    if one.may_be_traced:
        trace(one, quarter)
    with st.expander(t("chart.as_table"), key="goal.figures"):
        tables([chart_table(one.drawn, one.variation)], key="goal.figure_table")
        if any(each.value is not None for each in one.series):
            pictures_of_chart(one.drawn, one.variation, key="goal.picture")


def trace(one: KeyResultReport, quarter: Period) -> None:
    """The way to where the figure of the quarter comes from, or the newest one where the quarter has none."""
    seen = next((cell.observed for cell in one.cells if cell.quarter == quarter and cell.observed), None)
    params = {"code": one.indicator, "unit": one.unit} | ({"at": seen.period.code} if seen else {})
    label, icon = t("indicator.lineage"), ":material/manage_search:"
    st.page_link("indicator.py", label=label, query_params=params, icon=icon)


def corrective_actions(report: GoalReport) -> None:
    """What is being done, by whom, and who is asked next."""
    st.header(t("goal.actions"), anchor=False)
    if not report.actions:
        st.markdown(t("goal.no_actions"))
    for one in report.actions:
        action_card(one, key=f"goal.action.{one.code}")


shown = quarter()
code = st.query_params.get("code")
if shown is None:
    st.title(t("main.goals"), anchor=False)
    no_data_yet()
    st.stop()
if not code:
    choose_goal(shown)
    st.stop()
try:
    report = report_of_goal(code, shown)
except NotFound as missing:
    st.title(t("main.goals"), anchor=False)
    show_error(missing)
    choose_goal(shown)
    st.stop()

chosen = chosen_of(report)
heading(report)
words = words_in(report, language())
summary(words)
follow(key_results(report, chosen))
if chosen:
    details(chosen, shown)
owners_words(report, words)
corrective_actions(report)
