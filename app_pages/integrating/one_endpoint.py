"""One endpoint: how it does and what to do about it, what was given up, the latest deliveries, and whose is what."""

from collections.abc import Sequence

import streamlit as st

from app_pages.components.chooser import choose
from app_pages.components.here import clock, installation, language, t, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Part, Row, Section, note, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.integrating.acting import act, say_done
from app_pages.integrating.answers import deliveries, letters, platform_called, platforms
from app_pages.integrating.health import delivery_mark, health_badge
from okr_engine.errors import OkrError
from okr_engine.i18n import number, speak
from okr_engine.model import DeliveryState
from okr_engine.services.dead_letters import DeadLetter, replay, replay_all
from okr_engine.services.deliveries import resume
from okr_engine.services.endpoints import try_endpoint
from okr_engine.services.integrations import DeliveryView, EndpointView
from okr_engine.words import Message
from okr_engine.workflow.tasks import TaskState

_MOST = 50
_DONE = "integrations.done"
_ALL = "all"
_OURS = ("title", "text", "assignee", "accountable", "due", "link")


def state_section(one: EndpointView) -> None:
    """The state in words, what stopped it and what helps, and the ways to try it and to let it go on."""
    st.header(plain(one.code), anchor=False)
    st.markdown(f"{health_badge(one.health)} {t(f'endpoint_health_means.{one.health}')}")
    if one.paused_because and one.paused_at:
        said = (
            f"{t('integrations.paused_at', moment=clock(one.paused_at))} {plain(speak(one.paused_because, language()))}"
        )
        remedy = plain(speak(one.remedy, language())) if one.remedy else ""
        st.error(f"{said}\n\n{remedy}".strip(), icon=":material/pause_circle:")
    if one.not_heard_because and not one.paused_at:
        times = t("integrations.not_heard", count=one.not_heard)
        st.warning(f"{times} {plain(speak(one.not_heard_because, language()))}", icon=":material/warning:")
    st.markdown("  \n".join(f"**{label}:** {said}" for label, said in _known(one)))
    say_done(_DONE)
    with st.container(horizontal=True):
        tried = st.button(t("sources.try"), key="integrations.try")
        resumed = one.paused_at is not None and st.button(
            t("integrations.resume"), key="integrations.resume", type="primary"
        )
    if tried:
        _try(one)
    if resumed:
        act(resume, one.code, done=t("integrations.has_resumed"), place=_DONE)


def letters_section(one: EndpointView) -> None:
    """What was given up and why, and sending it again: one, or all."""
    found = letters(one.code)
    if not found:
        return
    st.subheader(t("integrations.dead_letters"), anchor=False)
    st.markdown(t("integrations.dead_letters_about", count=len(found)))
    tables([_letters(found)], key="integrations.letters")
    names = {letter.id: _step(letter.action, letter.number) for letter in found[:_MOST]}
    chosen = choose(t("integrations.which"), names, key="integrations.which", width=420)
    with st.container(horizontal=True):
        again = st.button(t("integrations.replay"), key="integrations.replay", type="primary")
        every = len(found) > 1 and st.button(
            t("integrations.replay_all", count=len(found)), key="integrations.replay_all"
        )
    if again:
        act(replay, chosen, done=t("integrations.will_be_sent"), place=_DONE)
    if every:
        _replay_all(one)


def deliveries_section(one: EndpointView) -> None:
    """The latest deliveries, of all states or of one."""
    st.subheader(t("integrations.deliveries"), anchor=False)
    states = {_ALL: t("integrations.every_state")} | {each.value: t(f"delivery_state.{each}") for each in DeliveryState}
    asked = st.segmented_control(
        t("sources.state"),
        list(states),
        format_func=states.__getitem__,
        default=_ALL,
        required=True,
        key="integrations.filter",
        label_visibility="collapsed",
    )
    found = deliveries(one.code, None if asked == _ALL else DeliveryState(str(asked)))
    if not found:
        st.markdown(t("integrations.none_of_these"))
        return
    tables([_deliveries(found, is_paused=one.paused_at is not None)], key="integrations.deliveries")


def mapping_section(one: EndpointView) -> None:
    """Which fields and states go where, and whose word counts."""
    platform = platforms().platforms.get(one.platform)
    if platform is None:
        return
    comes_back = platform.CAPABILITIES.can_be_asked or platform.CAPABILITIES.reports_back
    with st.expander(t("integrations.mapping"), key="integrations.mapping"):
        st.markdown(t("integrations.mapping_about"))
        tables([_fields(comes_back=comes_back), _states()], key="integrations.mapping_tables", level=3)
        ways = [
            t("integrations.asked") if platform.CAPABILITIES.can_be_asked else t("integrations.not_asked"),
            t("integrations.reports") if platform.CAPABILITIES.reports_back else t("integrations.reports_not"),
        ]
        st.markdown("\n".join(f"- {way}" for way in ways))


def _known(one: EndpointView) -> list[tuple[str, str]]:
    last = one.counts.last_delivered_at
    return [
        (t("integrations.platform"), plain(platform_called(one.platform))),
        (t("integrations.host"), _host(one)),
        (t("integrations.last_delivered"), clock(last) if last else t("integrations.never")),
        (t("integrations.waiting"), number(one.counts.waiting, language())),
        (t("integrations.retrying"), number(one.counts.retrying, language())),
        (t("integrations.dead"), number(one.counts.dead, language())),
    ]


def _host(one: EndpointView) -> str:
    if one.hosts:
        return plain(", ".join(one.hosts))
    platform = platforms().platforms.get(one.platform)
    is_inside = platform is not None and not platform.CAPABILITIES.reaches_out
    return t("integrations.no_host") if is_inside else t("integrations.host_unknown")


def _try(one: EndpointView) -> None:
    try:
        with st.spinner(t("sources.trying")):
            try_endpoint(installation(), user(), one.code, one.platform, one.settings, platforms=platforms())
    except OkrError as refused:
        show_error(refused)
        return
    st.success(t("integrations.answers"), icon=":material/check_circle:")


def _replay_all(one: EndpointView) -> None:
    found = installation().act(user(), replay_all, one.code)
    left = t("integrations.left", count=found.left) if found.left else ""
    st.session_state[_DONE] = f"{t('integrations.sent_again', count=found.sent_again)} {left}".strip()
    st.rerun()


def _step(action: str, number_of: int) -> str:
    return t("integrations.step", action=action, number=str(number_of))


def _why(error: Message | None, remedy: Message | None) -> list[Part]:
    found = [text(speak(error, language()))] if error else []
    return found + _noted(remedy)


def _noted(said: Message | None) -> list[Part]:
    return [note(speak(said, language()))] if said else []


def _letters(found: Sequence[DeadLetter]) -> Section:
    return Section(
        caption=t("integrations.dead_letters"),
        columns=(
            Column(t("integrations.what"), 26),
            Column(t("integrations.error"), 46),
            Column(t("integrations.attempts"), 10, figures=True),
            Column(t("integrations.given_up_at"), 18),
        ),
        notes=the_rest(found, _MOST),
        rows=[
            Row(
                [
                    [text(_step(one.action, one.number))],
                    _why(one.error, one.remedy),
                    [text(number(one.attempts, language()))],
                    [text(clock(one.finished_at))],
                ]
            )
            for one in found[:_MOST]
        ],
    )


def _deliveries(found: Sequence[DeliveryView], *, is_paused: bool) -> Section:
    return Section(
        caption=t("integrations.deliveries"),
        columns=(
            Column(t("integrations.what"), 26),
            Column(t("integrations.happened"), 18),
            Column(t("sources.state"), 38),
            Column(t("integrations.attempts"), 8, figures=True),
        ),
        rows=[
            Row(
                [
                    [text(_step(one.action, one.number))],
                    [text(clock(one.at))],
                    [
                        delivery_mark(one.state),
                        note(_when(one, is_paused=is_paused)),
                        *([note(speak(one.error, language()))] if one.error else []),
                    ],
                    [text(number(one.attempts, language()))],
                ]
            )
            for one in found
        ],
    )


def _when(one: DeliveryView, *, is_paused: bool) -> str:
    if one.finished_at:
        return clock(one.finished_at)
    if one.due_at is None:
        return t("integrations.behind_another")
    if is_paused:
        return t("integrations.until_resumed")
    return t("integrations.next_attempt", moment=clock(one.due_at)) if one.attempts else t("integrations.leaves_soon")


def _fields(*, comes_back: bool) -> Section:
    ours = [Row([[text(t(f"task_field.{name}"))], [text(t("integrations.ours"))]]) for name in _OURS]
    theirs = t("integrations.theirs") if comes_back else t("integrations.ours_alone")
    return Section(
        caption=t("integrations.fields"),
        columns=(Column(t("integrations.field"), 30), Column(t("integrations.whose"), 70)),
        rows=[*ours, Row([[text(t("task_field.state"))], [text(theirs)]])],
    )


def _states() -> Section:
    return Section(
        caption=t("integrations.states"),
        columns=(Column(t("integrations.task_state"), 30), Column(t("integrations.means"), 70)),
        rows=[Row([[text(t(f"task_state.{one}"))], [text(t(f"task_state_means.{one}"))]]) for one in TaskState],
    )
