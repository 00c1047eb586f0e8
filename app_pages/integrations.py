"""Integrations: where tasks go, how each endpoint does, what could not be sent, and how channels and plugins do."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.here import clock, language, t, user
from app_pages.components.tables import Column, Part, Row, Section, follow, link, note, tables, text
from app_pages.integrating.answers import endpoints, platform_called, plugins
from app_pages.integrating.channels import channels_section
from app_pages.integrating.forms import edit_section, new_section
from app_pages.integrating.health import health_mark, plugin_mark
from app_pages.integrating.one_endpoint import deliveries_section, letters_section, mapping_section, state_section
from okr_engine.access import Permission, may_somewhere
from okr_engine.i18n import figure, speak
from okr_engine.model import MeasureUnit
from okr_engine.services.integrations import EndpointView, PluginGroup


def overview(seen: Sequence[EndpointView], chosen: EndpointView | None) -> Section:
    """Every endpoint with its state, what waits and what was given up."""
    return Section(
        caption=t("main.integrations"),
        columns=(
            Column(t("integrations.endpoint"), 26),
            Column(t("sources.state"), 22),
            Column(t("integrations.host"), 22),
            Column(t("integrations.last_delivered"), 18),
            Column(t("integrations.waiting"), 8, figures=True),
            Column(t("integrations.dead"), 8, figures=True),
        ),
        notes=[link(t("integrations.new"), "integrations", new="1")],
        rows=[Row(cells(one), chosen=one is chosen) for one in seen],
    )


def cells(one: EndpointView) -> list[list[Part]]:
    """One endpoint in the table."""
    last = one.counts.last_delivered_at
    return [
        [link(one.code, "integrations", endpoint=one.code), note(platform_called(one.platform))],
        [health_mark(one.health)],
        [text(host) for host in one.hosts],
        [text(clock(last))] if last else [],
        [text(figure(one.counts.waiting, MeasureUnit.COUNT, language()))],
        [text(figure(one.counts.dead, MeasureUnit.COUNT, language()))],
    ]


def brought(groups: Sequence[PluginGroup]) -> Section:
    """The plugins that other packages bring, and what is wrong with those that cannot be used."""
    return Section(
        caption=t("integrations.plugins"),
        columns=(
            Column(t("integrations.plugin"), 24),
            Column(t("integrations.package"), 24),
            Column(t("sources.state"), 52),
        ),
        rows=[
            Row(
                [
                    [text(one.name), note(group.group)],
                    [text(one.package)],
                    [
                        plugin_mark(is_used=one.problem is None),
                        *([note(speak(one.problem, language()))] if one.problem else []),
                    ],
                ]
            )
            for group in groups
            for one in group.plugins
        ],
    )


def plugins_section() -> None:
    """How the plugins do."""
    section = brought(plugins())
    st.subheader(t("integrations.plugins"), anchor=False)
    if section.rows:
        tables([section], key="integrations.plugins")
    else:
        st.markdown(t("integrations.no_plugins"))


def chosen_of(seen: Sequence[EndpointView]) -> EndpointView | None:
    """The endpoint in the address, or the first one that something is wrong with, or the first."""
    asked = (one for one in seen if one.code == st.query_params.get("endpoint"))
    ailing = (one for one in seen if one.paused_at or one.counts.dead or one.not_heard)
    return next(asked, None) or next(ailing, None) or next(iter(seen), None)


def page() -> None:
    """The list, and below it one endpoint or the form for a new one; at the end how channels and plugins do."""
    seen, is_new = endpoints(), "new" in st.query_params
    chosen = None if is_new else chosen_of(seen)
    st.markdown(t("integrations.about") if seen else t("integrations.none_yet"))
    follow(tables([overview(seen, chosen)], key="integrations.overview"))
    if is_new:
        new_section()
    elif chosen:
        state_section(chosen)
        letters_section(chosen)
        deliveries_section(chosen)
        mapping_section(chosen)
        edit_section(chosen)
    channels_section()
    plugins_section()


st.title(t("main.integrations"), anchor=False)
if may_somewhere(user(), Permission.MANAGE_SOURCES):
    page()
else:
    st.info(t("integrations.not_yours"), icon=":material/lock:")
