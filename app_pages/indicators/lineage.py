"""Where a computed figure comes from: the run, the events of which files, what was left out, and the limits of law."""

from datetime import date
from decimal import Decimal

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Part, Row, Section, note, tables, tag, text
from app_pages.indicators.speaking import count_told
from okr_engine.errors import InvalidInput
from okr_engine.i18n import day, number, period, speak, spoken
from okr_engine.measuring.deadlines import OLDEST_AGE, Limit
from okr_engine.periods import Period
from okr_engine.services.lineage_views import LimitUsed, LineageView


def lineage_section(lineage: LineageView) -> None:
    """The way from the figure to the files."""
    st.header(t("indicator.lineage"), anchor=False)
    st.markdown(" ".join(_moments(lineage)))
    for one in lineage.notes:
        st.warning(plain(speak(one, language())), icon=":material/info:")
    if lineage.coverage is not None and not any(lineage.excluded.values()):
        st.markdown(t("indicator.nothing_left_out"))
    if any(not one.confidence.is_verified for one in lineage.limits):
        st.warning(t("indicator.rests_on_unverified"), icon=":material/gavel:")
    found = (_parts(lineage), _left_out(lineage), _counted(lineage), _limits(lineage))
    tables([section for section in found if section.rows], key="indicator.lineage", level=3)


def _moments(lineage: LineageView) -> list[str]:
    said = [t("indicator.lineage_run", run=plain(lineage.run))]
    if lineage.as_of:
        said.append(t("indicator.lineage_as_of", as_of=lineage.as_of))
    if lineage.events_until:
        said.append(t("indicator.lineage_until", until=lineage.events_until))
    if lineage.event_unit:
        said.append(t("indicator.lineage_unit", unit=plain(lineage.event_unit)))
    return said


def _parts(lineage: LineageView) -> Section:
    return Section(
        caption=t("indicator.files"),
        heading=t("indicator.files"),
        columns=(
            Column(t("indicator.table"), 30),
            Column(t("indicator.month"), 18),
            Column(t("indicator.events"), 18, figures=True),
            Column(t("indicator.runs"), 34),
        ),
        rows=[
            Row(
                [
                    [text(t(f"event_table.{one.table}")), note(one.table)],
                    [text(_month(one.month))],
                    [text(number(one.events, language()))],
                    [text(", ".join(one.runs))],
                ]
            )
            for one in lineage.parts
        ],
    )


def _month(code: str | None) -> str:
    try:
        return period(Period.parse(code), language()) if code else t("indicator.no_month")
    except InvalidInput:
        return str(code)


def _left_out(lineage: LineageView) -> Section:
    counts = [(f"excluded.{name}", count) for name, count in lineage.excluded.items() if count]
    return Section(
        caption=t("indicator.left_out"),
        heading=t("indicator.left_out"),
        columns=(Column(t("indicator.why"), 70), Column(t("indicator.count"), 30, figures=True)),
        rows=[Row([[text(t(key))], [text(count_told(count))]]) for key, count in counts],
    )


def _counted(lineage: LineageView) -> Section:
    counts = [(t("indicator.pending"), Decimal(lineage.pending))] if lineage.pending else []
    counts += [(t(f"counted.{name}"), count) for name, count in lineage.counted.items()]
    return Section(
        caption=t("indicator.counted"),
        heading=t("indicator.counted"),
        columns=(Column(t("indicator.what"), 70), Column(t("indicator.count"), 30, figures=True)),
        rows=[Row([[text(what)], [text(count_told(count))]]) for what, count in counts],
    )


def _limits(lineage: LineageView) -> Section:
    return Section(
        caption=t("indicator.limits"),
        heading=t("indicator.limits"),
        columns=(
            Column(t("indicator.service"), 32),
            Column(t("indicator.limit"), 22),
            Column(t("indicator.section"), 20),
            Column(t("indicator.confidence"), 16),
            Column(t("indicator.waits"), 10, figures=True),
        ),
        rows=[_limit(one) for one in lineage.limits],
        notes=[text(t("indicator.limits_version", version=lineage.limits_version or "–"))],
    )


def _limit(one: LimitUsed) -> Row:
    service = spoken(one.class_name, language()) if one.class_name else one.service_class
    doubt = [] if one.confidence.is_verified else [tag(t("indicator.unverified"), t("indicator.rests_on_unverified"))]
    return Row(
        [
            [text(service), note(one.rule)],
            _length(one.limit) if one.limit else [],
            [text(one.section)],
            [text(t(f"limit_confidence.{one.confidence}")), *doubt],
            [text(number(one.n, language()))],
        ]
    )


def _length(limit: Limit) -> list[Part]:
    parts: list[Part] = []
    if limit.limit is not None and limit.unit is not None:
        parts.append(text(t(f"limit_length.{limit.unit}", count=limit.limit) if limit.limit else t("limit.same_day")))
    if limit.age_min > 0 and limit.age_max < OLDEST_AGE:
        parts.append(note(t("limit.ages", first=limit.age_min, last=limit.age_max)))
    elif limit.age_min > 0:
        parts.append(note(t("limit.age_from", first=limit.age_min)))
    elif limit.age_max < OLDEST_AGE:
        parts.append(note(t("limit.age_up_to", last=limit.age_max)))
    since = day(limit.valid_from, language())
    if limit.valid_to == date.max:
        return [*parts, note(t("limit.since", day=since))]
    return [*parts, note(t("limit.from_to", first=since, last=day(limit.valid_to, language())))]
