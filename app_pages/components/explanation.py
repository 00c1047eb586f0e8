"""Why a key result has the status it has: one plain sentence first, then rule, facts and flags."""

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, language, t
from app_pages.components.plain import plain
from app_pages.components.status import status_pill
from app_pages.components.tables import Column, Row, Section, tables, text
from okr_engine.i18n import day, figure
from okr_engine.services.assessments import AssessmentView
from okr_engine.services.figure_series import Observed
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.reasons import reason, shown_fact
from okr_engine.services.standings import Decision, KeyResultStanding
from okr_engine.services.variation_words import variation_in_words


def explanation(report: KeyResultReport, *, key: str) -> None:
    """The status with its reason, and beside it how the owner sees it."""
    standing = report.standing
    st.markdown(status_pill(standing.status))
    if standing.decision is None:
        st.markdown(t("explanation.not_decided"))
    else:
        _reasons(standing, standing.decision)
        st.markdown(f"**{t('variation.heading')}?** {variation_in_words(report.variation, language())}")
    if report.assessment:
        _owners_view(report.assessment)
    for one in report.series:
        if one.is_restated:
            st.caption(_restated(one))
    if standing.decision:
        with st.expander(t("explanation.facts"), key=f"{key}.facts"):
            tables([_facts(standing, standing.decision)], key=f"{key}.fact_table")


def shown_figure(report: KeyResultReport, one: Observed) -> str:
    """A figure in the indicator's unit and decimals, or why there is none."""
    if one.value is None:
        return t(f"no_data.{one.no_data_reason}") if one.no_data_reason else "–"
    return figure(one.value, report.standing.measure, language(), decimals=report.standing.decimals, short=True)


def _reasons(standing: KeyResultStanding, decision: Decision) -> None:
    st.markdown(
        f"**{plain(reason(decision.because, decision.facts, standing.measure, standing.decimals, language()))}**"
    )
    for flag in decision.flags:
        noticed = reason(flag.because, decision.facts, standing.measure, standing.decimals, language())
        st.markdown(f":material/flag: {plain(noticed)}")
    decided = clock(decision.decided_at)
    st.caption(t("explanation.rule", rule=plain(decision.rule), version=decision.rule_version, at=decided))


def _owners_view(view: AssessmentView) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{t('noun.owner_assessment')}: {status_pill(view.status)}")
        st.markdown(plain(view.explanation))
        st.caption(t("explanation.assessment", name=plain(name_of(view.saved_by)), until=day(view.expires, language())))


def _restated(one: Observed) -> str:
    return t(
        "explanation.restatement",
        period=one.period,
        at=clock(one.recorded_at),
        name=plain(name_of(one.recorded_by)),
        reason=plain(one.reason or "–"),
    )


def _facts(standing: KeyResultStanding, decision: Decision) -> Section:
    return Section(
        caption=t("explanation.facts"),
        columns=(Column(t("explanation.fact"), 60), Column(t("explanation.fact_value"), 40, figures=True)),
        rows=[
            Row(
                [
                    [text(t(f"rules.fact.{name}"))],
                    [text(shown_fact(name, value, standing.measure, standing.decimals, language()))],
                ]
            )
            for name, value in decision.facts.items()
        ],
    )
