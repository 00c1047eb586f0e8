"""Why a key result has the status it has: one plain sentence first, then rule, facts and flags."""

from collections.abc import Iterable

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import clock, installation, language, t
from app_pages.components.plain import plain
from app_pages.components.status import status_pill
from app_pages.components.tables import Column, Part, Row, Section, note, pill, tables, tag, text
from okr_engine.i18n import day, speak
from okr_engine.reports.explanation_card import Reader, explanation_page
from okr_engine.reports.figure_words import told_observed
from okr_engine.services.assessments import AssessmentView
from okr_engine.services.explanation_cards import ExplanationCard
from okr_engine.services.explanation_words import (
    band_in_words,
    change_in_words,
    decided_before,
    nearly_in_words,
    what_would_change_it,
)
from okr_engine.services.figure_series import Observed
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.reasons import reason, shown_fact
from okr_engine.services.standings import KeyResultStanding
from okr_engine.services.status_bands import Band
from okr_engine.services.variation_words import variation_in_words


def explanation(report: KeyResultReport, card: ExplanationCard | None, *, key: str) -> None:
    """The status with its reason and what would change it, and beside it how the owner sees it."""
    standing = report.standing
    st.markdown(status_pill(standing.status))
    if card is None:
        st.markdown(t("explanation.not_decided"))
    else:
        _reasons(standing, card)
        st.markdown(f"**{t('variation.heading')}?** {variation_in_words(report.variation, language())}")
        if changes := what_would_change_it(card, report, language()):
            st.markdown(f"**{t('explanation.change_heading')}** {plain(changes)}")
    if report.assessment:
        _owners_view(report.assessment)
    for one in report.series:
        if one.is_restated:
            st.caption(_restated(one))
    if card:
        _details(report, card, key)


def _details(report: KeyResultReport, card: ExplanationCard, key: str) -> None:
    """What stands behind the sentences: the figures that would change the status, the facts, and former decisions."""
    _print(report, card, key)
    if card.bands:
        with st.expander(t("explanation.bands"), key=f"{key}.bands"):
            tables([_bands(report, card)], key=f"{key}.band_table")
    with st.expander(t("explanation.facts"), key=f"{key}.facts"):
        tables([_facts(report.standing, card)], key=f"{key}.fact_table")
    if card.near:
        with st.expander(t("explanation.near_rules"), key=f"{key}.near"):
            _listed(nearly_in_words(one, card, report, language()) for one in card.near)
    if card.earlier:
        with st.expander(t("explanation.history"), key=f"{key}.history"):
            zone = installation().settings.time_zone
            _listed(decided_before(one, report, language(), zone) for one in card.earlier)


def _listed(sentences: Iterable[str]) -> None:
    st.markdown("\n".join(f"- {plain(one)}" for one in sentences))


def shown_figure(report: KeyResultReport, one: Observed) -> str:
    """A figure in the indicator's unit and decimals, or why there is none."""
    return told_observed(report.drawn, one, language())


def _print(report: KeyResultReport, card: ExplanationCard, key: str) -> None:
    """The whole card as a page to print, made when it is asked for."""
    place, quarter = installation(), card.quarter
    reader = Reader(language(), place.settings.time_zone)
    st.download_button(
        t("explanation.print"),
        data=lambda: explanation_page(report, card, reader, now=place.now()),
        file_name=f"{report.standing.code}_{quarter.code}.html",
        mime="text/html",
        icon=":material/print:",
        type="tertiary",
        key=f"{key}.print",
        on_click="ignore",
    )


def _reasons(standing: KeyResultStanding, card: ExplanationCard) -> None:
    decision = card.decision
    st.markdown(
        f"**{plain(reason(decision.because, decision.facts, standing.measure, standing.decimals, language()))}**"
    )
    for flag in decision.flags:
        noticed = reason(flag.because, decision.facts, standing.measure, standing.decimals, language())
        st.markdown(f":material/flag: {plain(noticed)}")
    decided = clock(decision.decided_at)
    rule = t("explanation.rule", rule=plain(decision.rule), version=decision.rule_version, at=decided)
    st.caption(f"{t('explanation.since', since=card.since)} {rule}")


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


def _bands(report: KeyResultReport, card: ExplanationCard) -> Section:
    has_value = "value" in card.decision.facts
    columns = [Column(t("overview.status"), 34), Column(t("explanation.band_range"), 36)]
    columns += [Column(t("explanation.band_change"), 30, figures=True)] if has_value else []
    return Section(
        caption=t("explanation.bands"),
        columns=columns,
        rows=[
            Row(
                [
                    [pill(one.status)],
                    [text(band_in_words(one, card, report, language()))],
                    *([_change(one, card, report)] if has_value else []),
                ]
            )
            for one in reversed(card.bands)
        ],
    )


def _change(band: Band, card: ExplanationCard, report: KeyResultReport) -> list[Part]:
    change = change_in_words(band, card, report, language())
    return [tag(t("explanation.band_here"))] if card.is_here(band) else [text(change)]


def _facts(standing: KeyResultStanding, card: ExplanationCard) -> Section:
    return Section(
        caption=t("explanation.facts"),
        columns=(
            Column(t("explanation.fact"), 36),
            Column(t("explanation.fact_value"), 22, figures=True),
            Column(t("explanation.origin"), 42),
        ),
        rows=[
            Row(
                [
                    [text(t(f"rules.fact.{one.name}"))],
                    [text(shown_fact(one.name, one.value, standing.measure, standing.decimals, language()))],
                    [note(speak(one.origin, language(), tz=installation().settings.time_zone))],
                ]
            )
            for one in card.facts
        ],
    )
