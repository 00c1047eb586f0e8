"""Channels to people: which of them are paused, which messages were given up, and letting both go on."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.chooser import choose
from app_pages.components.here import clock, language, t
from app_pages.components.tables import Column, Row, Section, note, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.integrating.acting import act, say_done
from app_pages.integrating.answers import channels, unsent
from app_pages.integrating.health import paused_mark, unsent_mark
from okr_engine.i18n import speak
from okr_engine.services.channels import ChannelView, resume_channel
from okr_engine.services.digests import UnsentDigest, replay

_MOST = 50
_DONE = "integrations.channels.done"


def channels_section() -> None:
    """What is wrong with the channels in one table, and below it the ways to put it right."""
    known, given_up = channels(), unsent()
    paused = [one for one in known if one.paused_at]
    st.subheader(t("integrations.channels"), anchor=False)
    say_done(_DONE)
    if not known:
        st.markdown(t("integrations.no_channels"))
    elif not (paused or given_up):
        st.markdown(t("integrations.channels_work"))
    else:
        tables([ailing(paused, given_up)], key="integrations.channels")
        _resume(paused)
        _replay(given_up[:_MOST])


def ailing(paused: Sequence[ChannelView], given_up: Sequence[UnsentDigest]) -> Section:
    """The paused channels, and below them the messages that were given up."""
    return Section(
        caption=t("integrations.channels"),
        columns=(
            Column(t("integrations.channel"), 22),
            Column(t("sources.state"), 16),
            Column(t("integrations.error"), 44),
            Column(t("integrations.since"), 18),
        ),
        notes=the_rest(given_up, _MOST),
        rows=[
            *(
                Row(
                    [
                        [text(one.code), note(one.channel)],
                        [paused_mark()],
                        [text(speak(one.paused_because, language()))] if one.paused_because else [],
                        [text(clock(one.paused_at))] if one.paused_at else [],
                    ]
                )
                for one in paused
            ),
            *(
                Row(
                    [
                        [text(one.channel), note(t("integrations.message_to", person=one.person))],
                        [unsent_mark()],
                        [text(speak(one.because, language()))],
                        [text(clock(one.given_up_at))],
                    ]
                )
                for one in given_up[:_MOST]
            ),
        ],
    )


def _resume(paused: Sequence[ChannelView]) -> None:
    if not paused:
        return
    names = {one.code: one.code for one in paused}
    chosen = choose(t("integrations.which_channel"), names, key="integrations.which_channel", width=420)
    if st.button(t("integrations.resume"), key="integrations.resume_channel", type="primary"):
        act(resume_channel, chosen, done=t("integrations.has_resumed"), place=_DONE)


def _replay(given_up: Sequence[UnsentDigest]) -> None:
    if not given_up:
        return
    names = {one.id: f"{one.person}, {clock(one.given_up_at)} ({one.channel})" for one in given_up}
    chosen = choose(t("integrations.which_message"), names, key="integrations.which_message", width=420)
    if st.button(t("integrations.replay"), key="integrations.replay_message", type="primary"):
        act(replay, chosen, done=t("integrations.will_be_sent"), place=_DONE)
