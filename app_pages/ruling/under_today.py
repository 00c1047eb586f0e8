"""A quarter under the rules in force today: another view of it, marked as such, beside what was decided."""

import streamlit as st

from app_pages.components.here import language, quarter, t
from app_pages.components.notices import no_data_yet
from app_pages.components.tables import Column, Row, Section, follow, link, note, pill, tables, text
from app_pages.ruling.answers import compared
from app_pages.ruling.cases import reason_of
from okr_engine.i18n import spoken
from okr_engine.services.todays_rules import UnderRules


def under_today_section() -> None:
    """What differs first; then all that would be the same."""
    looked_at = quarter()
    if looked_at is None:
        no_data_yet()
        return
    st.info(t("ruling.under_today_about", period=looked_at), icon=":material/compare_arrows:")
    found = compared(looked_at)
    differing = sum(one.differs for one in found)
    st.markdown(
        t("ruling.differing", count=differing, of=len(found)) if differing else t("ruling.none_differs", of=len(found))
    )
    follow(
        tables(
            [
                Section(
                    caption=t("ruling.under_today"),
                    columns=(
                        Column(t("my_work.key_result_or_kpi"), 30),
                        Column(t("ruling.recorded"), 18),
                        Column(t("ruling.under_today"), 18),
                        Column(t("ruling.reason_today"), 34),
                    ),
                    rows=[_row(one) for one in found],
                )
            ],
            key="rules.under_today",
            params={"period": looked_at.code},
        )
    )


def _row(one: UnderRules) -> Row:
    name = f"{one.subject.code} {spoken(one.subject.name, language())}"
    return Row(
        [
            [link(name, "goal", code=one.subject.goal, kr=one.subject.code)],
            [pill(one.recorded), note(one.recorded_version)],
            [pill(one.now)],
            [text(reason_of(one.because, one.facts, one.subject))],
        ],
        chosen=one.differs,
    )
