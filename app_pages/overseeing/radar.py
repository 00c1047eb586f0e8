"""What nobody looks after: how much of each kind, and every finding with the role that should act."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Opened, Part, Row, Section, link, note, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.overseeing.naming import subject
from okr_engine.i18n import day, number, spoken
from okr_engine.periods import Period
from okr_engine.services.neglect import Neglect, Neglected
from okr_engine.services.neglect_words import neglect_in_words

MOST_ROWS = 100


def radar_section(found: Sequence[Neglected], quarter: Period) -> Opened | None:
    """The counts by kind, then each kind as a table, or only the one in the address."""
    st.markdown(t("oversight.radar_about", quarter=quarter))
    if not found:
        st.info(t("oversight.nothing_neglected"), icon=":material/task_alt:")
        return None
    asked = st.query_params.get("kind")
    kinds = [one for one in Neglect if one in {each.kind for each in found} and asked in (None, one.value)]
    sections = [_counts(found), *[_kind(kind, [one for one in found if one.kind == kind]) for kind in kinds]]
    params = {"period": quarter.code}
    return tables(sections, key=f"oversight.radar.{quarter.code}", params=params)


def _counts(found: Sequence[Neglected]) -> Section:
    counts = Counter(one.kind for one in found)
    all_kinds: list[Part] = [link(t("oversight.all_kinds"), "oversight")] if st.query_params.get("kind") else []
    return Section(
        caption=t("oversight.by_kind"),
        heading=t("oversight.by_kind"),
        notes=all_kinds,
        columns=(Column(t("oversight.kind"), 80), Column(t("oversight.count"), 20, figures=True)),
        rows=[
            Row(
                [
                    [_named(kind, leads=bool(counts[kind])), note(t(f"neglect_means.{kind}"))],
                    [text(number(counts[kind], language()))],
                ]
            )
            for kind in sorted(Neglect, key=lambda one: not counts[one])
        ],
    )


def _named(kind: Neglect, *, leads: bool) -> Part:
    name = t(f"neglect.{kind}")
    return link(name, "oversight", kind=kind.value) if leads else text(name)


def _kind(kind: Neglect, found: Sequence[Neglected]) -> Section:
    return Section(
        caption=t(f"neglect.{kind}"),
        heading=t(f"neglect.{kind}"),
        notes=the_rest(found, MOST_ROWS),
        columns=(
            Column(t("oversight.subject"), 27),
            Column(t("oversight.what"), 43),
            Column(t("oversight.since"), 11),
            Column(t("oversight.whose"), 19),
        ),
        rows=[_row(one) for one in found[:MOST_ROWS]],
    )


def _row(one: Neglected) -> Row:
    return Row(
        [
            subject(one),
            [text(neglect_in_words(one, language()))],
            [text(day(one.since, language()) if one.since else t("oversight.not_known"))],
            _desk(t(f"role.{one.role}"), spoken(one.role_name, language())),
        ]
    )


def _desk(kind: str, name: str) -> list[Part]:
    """The role by its own name, its kind beside it where that says more."""
    if not name:
        return [text(kind), note(t("noun.vacancy"))]
    return [text(name), *([note(kind)] if kind not in name else [])]
