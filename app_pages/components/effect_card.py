"""An action's effect: what was registered, what the figures say, where it happened, and who confirms it."""

from collections.abc import Callable, Sequence

import streamlit as st

from app_pages.components.answers import effect_of, name_of
from app_pages.components.chart import figures_chart
from app_pages.components.here import clock, installation, language, t, user
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, tables, text
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.errors import InvalidInput
from okr_engine.i18n import day, period, spoken
from okr_engine.services.effect_findings import Told
from okr_engine.services.effect_verdicts import CONFIRMABLE, LASTING, confirm_effect, confirm_lasting_effect
from okr_engine.services.effect_views import CheckView, EffectView
from okr_engine.services.effect_words import effect_in_words, effect_rests_on, reading_told, registered_in_words
from okr_engine.statistics.effects import Verdict
from okr_engine.words import message

_ICONS = {
    Verdict.EFFECTIVE: ":blue[:material/check_circle:]",
    Verdict.SUSTAINED: ":blue[:material/check_circle:]",
    Verdict.IMPROVED_LESS_THAN_PLANNED: ":gray[:material/trending_flat:]",
    Verdict.CONSISTENT_WITH_AN_EFFECT: ":gray[:material/trending_flat:]",
    Verdict.NO_DEMONSTRABLE_EFFECT: ":gray[:material/help:]",
    Verdict.WORSENED: ":red[:material/error:]",
    Verdict.RELAPSED: ":red[:material/error:]",
    Verdict.CANNOT_BE_JUDGED_YET: ":gray[:material/hourglass_empty:]",
}


def effect_card(code: str) -> None:
    """Everything about the effect of a key result's action, in a frame of its own."""
    view = effect_of(code)
    with st.container(border=True, gap="small", key=f"effect.{code}"):
        st.subheader(t("noun.effect_check"), anchor=False)
        if not view.checks:
            st.markdown(t("effect.nothing_registered"))
            return
        newest, *earlier = view.checks
        _check(newest)
        if view.series is not None:
            figures_chart(view.series, key=f"effect.{code}.chart")
        with st.expander(t("effect.figures"), key=f"effect.{code}.figures"):
            tables([_readings(newest)], key=f"effect.{code}.readings")
        if earlier:
            with st.expander(t("effect.earlier"), key=f"effect.{code}.earlier"):
                for one in earlier:
                    _check(one)
        _confirming(view)


def _check(check: CheckView) -> None:
    """The sentence that matters, what it rests on, what had been registered, and what somebody has confirmed."""
    heading = t("effect.second_check") if check.is_second else t("effect.first_check", round=str(check.round))
    st.markdown(f"**{heading}**")
    st.markdown(f"{_ICONS[check.found.verdict]} **{plain(effect_in_words(check, language()))}**")
    if check.verdict is not None:
        _confirmed(check, check.verdict)
    if rests_on := effect_rests_on(check, language()):
        st.markdown("\n".join(f"- {plain(one)}" for one in rests_on))
    lines = [
        (t("noun.indicator"), spoken(check.indicator_name, language())),
        (t("effect.criterion"), registered_in_words(check, language())),
        (t("effect.baseline"), t("effect.baseline_until", until=check.baseline_ends)),
        (t("effect.earliest"), day(check.earliest, language()) if check.earliest else t("effect.never")),
    ]
    st.markdown("  \n".join(f"**{label}:** {plain(words)}" for label, words in lines))
    st.caption(t("effect.registered_at", at=clock(check.registered_at)))


def _confirmed(check: CheckView, verdict: Verdict) -> None:
    at = clock(check.confirmed_at) if check.confirmed_at else ""
    by = name_of(check.confirmed_by or "")
    said = t("effect.confirmed", verdict=t(f"effect_verdict.{verdict}"), name=by, at=at)
    st.markdown(plain(said) + (f"  \n{plain(check.note)}" if check.note else ""))


def _readings(check: CheckView) -> Section:
    """The figures that were compared, the oldest first."""

    def rows(side: str, readings: Sequence[Told]) -> list[Row]:
        return [
            Row(
                [
                    [text(period(one.period, language()))],
                    [text(reading_told(one.value, check, language()))],
                    [text(t(side))],
                ]
            )
            for one in readings
        ]

    return Section(
        caption=t("effect.figures"),
        columns=(
            Column(t("noun.period"), 30),
            Column(t("noun.measurement"), 30, figures=True),
            Column(t("effect.side"), 40),
        ),
        rows=[*rows("effect.before", check.found.before), *rows("effect.after", check.found.after)],
    )


def _confirming(view: EffectView) -> None:
    waiting = view.waiting
    if waiting is None:
        return
    can_be_said = waiting.found.is_judged or (waiting.found.can_never_be_judged and not waiting.is_second)
    if not can_be_said:
        return
    if not view.may_confirm:
        st.info(t("effect.waits_for_verifier"), icon=":material/how_to_reg:")
        return
    if _form(view, waiting):
        st.rerun()


def _form(view: EffectView, waiting: CheckView) -> bool:
    choices = _choices(waiting)
    names = {one: t(f"effect_verdict.{one}") for one in choices}
    proposed = waiting.found.verdict if waiting.found.verdict in choices else None
    form = OpenForm(
        f"effect.{view.code}.{waiting.round}.{waiting.number}",
        OnRecord(view.version, {"verdict": proposed, "note": ""}),
    )
    st.markdown(f"**{t('effect.confirm_heading')}**")
    st.caption(t("effect.confirm_about") if waiting.found.is_judged else t("effect.never_from_these_remedy"))
    labels = {"verdict": t("effect.verdict"), "note": t("effect.note")}
    form.one_of("verdict", labels["verdict"], names, placeholder=t("effect.choose_verdict"), width=420)
    form.text_area("note", labels["note"], height=100)
    confirm = _deed(view, form, confirm_lasting_effect if waiting.is_second else confirm_effect)
    if form.is_refused:
        return form.offer_choice(labels, lambda _field, value: names.get(value, str(value or "")), confirm)
    return st.button(t("effect.confirm"), key=form.key("confirm"), type="primary") and form.save(confirm)


def _choices(waiting: CheckView) -> tuple[Verdict, ...]:
    """What can be said of it; where figures never tell, no effect."""
    if waiting.is_second:
        return LASTING
    return CONFIRMABLE if waiting.found.is_judged else tuple(one for one in CONFIRMABLE if not one.is_better)


def _deed(view: EffectView, form: OpenForm, service: Callable[..., None]) -> Callable[[int], None]:
    def confirm(based_on: int) -> None:
        verdict = form.values["verdict"]
        if verdict is None:
            raise InvalidInput(message("effect.choose_verdict"))
        note = str(form.values["note"])
        installation().act(user(), service, view.code, version=based_on, verdict=Verdict(verdict), note=note)

    return confirm
