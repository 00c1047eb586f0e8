"""What came of trying the draft on the past: how much changes, what harm it does, where, and quarter by quarter."""

from collections.abc import Iterable, Sequence

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.status import status_short
from app_pages.components.tables import Column, Row, Section, follow, pill, tables, text
from app_pages.ruling.cases import cases_table
from okr_engine.i18n import number, period, speak
from okr_engine.periods import Period
from okr_engine.services.back_test_results import BackTest, Harm
from okr_engine.services.back_test_words import back_test_in_words
from okr_engine.terms import Status

_MOST_CASES = 200
_MOST_OF_A_HARM = 20


def quarters_tried(quarters: Sequence[Period]) -> Iterable[Period]:
    """The quarters one by one, with a bar that grows."""
    bar = st.progress(0.0, t("ruling.trying"))
    for done, quarter in enumerate(quarters, start=1):
        yield quarter
        bar.progress(done / len(quarters), t("ruling.trying_quarter", period=quarter))
    bar.empty()


def tried_section(tested: BackTest) -> None:
    """The whole result."""
    st.subheader(t("ruling.result"), anchor=False)
    st.markdown("\n".join(f"- {speak(one, language())}" for one in back_test_in_words(tested)))
    for harm in tested.harms:
        _harm(harm)
    if not tested.harms:
        st.success(t("ruling.no_harm"), icon=":material/check_circle:")
    tables([_matrix(tested), _quarters(tested)], key="rules.tried", level=3)
    if tested.flips:
        with st.expander(t("ruling.affected_count", count=len(tested.flips)), key="rules.affected"):
            follow(tables([cases_table(tested.flips, t("ruling.affected"), most=_MOST_CASES)], key="rules.flips"))


def _harm(harm: Harm) -> None:
    say, icon = (st.error, ":material/block:") if harm.kind.stops else (st.warning, ":material/visibility:")
    say(t(f"rule_harm_means.{harm.kind}"), icon=icon)
    if harm.rules:
        st.markdown("\n".join(f"- `{name}`" for name in harm.rules))
    if harm.is_about_cases:
        table = cases_table(harm.cases, t(f"rule_harm.{harm.kind}"), most=_MOST_OF_A_HARM)
        follow(tables([table], key=f"rules.harm.{harm.kind}"))


def _matrix(tested: BackTest) -> Section:
    """Recorded statuses downwards, the draft's across; what stays is on the diagonal."""
    rows = [one for one in Status if any(before == one for before, _after in tested.matrix)]
    columns = [one for one in Status if any(after == one for _before, after in tested.matrix)]
    return Section(
        caption=t("ruling.matrix"),
        heading=t("ruling.matrix"),
        columns=(
            Column(t("ruling.recorded"), 28),
            *(Column(t("ruling.in_draft_as", status=status_short(one)), 14, figures=True) for one in columns),
        ),
        rows=[
            Row([[pill(before)], *([text(_count(tested.matrix.get((before, after), 0)))] for after in columns)])
            for before in rows
        ],
    )


def _quarters(tested: BackTest) -> Section:
    return Section(
        caption=t("ruling.by_quarter"),
        heading=t("ruling.by_quarter"),
        columns=(
            Column(t("noun.quarter"), 20),
            Column(t("ruling.judged"), 20, figures=True),
            Column(t("ruling.flipped"), 20, figures=True),
            Column(t("ruling.red_before"), 20, figures=True),
            Column(t("ruling.red_after"), 20, figures=True),
        ),
        rows=[
            Row(
                [
                    [text(period(one.quarter, language()))],
                    *([text(_count(count))] for count in (one.judged, one.flipped, one.red_before, one.red_after)),
                ]
            )
            for one in reversed(tested.quarters)
        ],
    )


def _count(count: int) -> str:
    return number(count, language())
