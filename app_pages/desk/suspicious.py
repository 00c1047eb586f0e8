"""What is suspicious: each finding in a sentence, a data steward's explanation, and those given so far."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.chooser import choose
from app_pages.components.here import clock, installation, t, user
from app_pages.components.plain import plain
from app_pages.components.tables import Column, Row, Section, note, tables, text
from app_pages.components.the_rest import the_rest
from app_pages.desk.speaking import named, what_is_suspicious
from app_pages.writing.open_form import OnRecord, OpenForm
from okr_engine.periods import Period
from okr_engine.services.data_desk import DataDesk, DeskFigure
from okr_engine.services.findings import Finding, answer_finding

MOST_ROWS = 100

Suspicion = tuple[DeskFigure, Finding]


def suspicious_section(desk: DataDesk, quarter: Period) -> None:
    """What awaits an explanation, the form for one of it, and what has been explained."""
    st.header(t("data_desk.suspicious"), anchor=False)
    found = [(one, finding) for one in desk.figures for finding in one.findings]
    awaiting = [each for each in found if each[1].answer is None]
    answered = [each for each in found if each[1].answer is not None]
    if not awaiting:
        st.info(t("data_desk.nothing_suspicious"), icon=":material/task_alt:")
    else:
        st.markdown(t("data_desk.suspicious_about", count=len(awaiting)))
    sections = [_awaiting(awaiting), _answered(answered)]
    tables([one for one in sections if one.rows], key=f"data_desk.suspicious.{quarter.code}", level=3)
    if found:
        st.caption(t("data_desk.suspicion_method"))
        _form({_id(*each): each for each in [*awaiting, *answered]}, quarter)


def _awaiting(found: Sequence[Suspicion]) -> Section:
    return Section(
        caption=t("data_desk.awaiting_explanation"),
        heading=t("data_desk.awaiting_explanation"),
        notes=the_rest(found, MOST_ROWS),
        columns=(Column(t("noun.indicator"), 40), Column(t("data_desk.finding"), 60)),
        rows=[
            Row([[text(named(one))], [text(what_is_suspicious(one, finding)), note(t(f"finding.{finding.kind}"))]])
            for one, finding in found[:MOST_ROWS]
        ],
    )


def _answered(found: Sequence[Suspicion]) -> Section:
    return Section(
        caption=t("data_desk.explained"),
        heading=t("data_desk.explained"),
        notes=the_rest(found, MOST_ROWS),
        columns=(
            Column(t("noun.indicator"), 28),
            Column(t("data_desk.finding"), 38),
            Column(t("data_desk.answer"), 34),
        ),
        rows=[
            Row(
                [
                    [text(named(one))],
                    [text(what_is_suspicious(one, finding)), note(t(f"finding.{finding.kind}"))],
                    [text(finding.answer.explanation), note(_saved(finding))] if finding.answer else [],
                ]
            )
            for one, finding in found[:MOST_ROWS]
        ],
    )


def _form(found: Mapping[str, Suspicion], quarter: Period) -> None:
    names = {name: f"{named(one)} · {t(f'finding.{finding.kind}')}" for name, (one, finding) in found.items()}
    name = choose(t("data_desk.explain_which"), names, key=f"data_desk.finding.{quarter.code}", width=720)
    one, finding = found[name]
    words = finding.answer.explanation if finding.answer else ""
    on_record = OnRecord(finding.edition, {"explanation": words}, _saved(finding))
    form = OpenForm(f"data_desk.answer.{quarter.code}.{name}", on_record)

    def answer(based_on: int) -> None:
        said = str(form.values["explanation"])
        installation().act(user(), answer_finding, one.key, finding.kind, said, based_on=based_on)

    with st.container(border=True, width=720, key="data_desk-answer"):
        st.markdown(plain(what_is_suspicious(one, finding)))
        form.text_area("explanation", t("data_desk.explanation"), height=100)
        if form.is_refused:
            saved = form.offer_choice({"explanation": t("data_desk.explanation")}, _as_text, answer)
        else:
            pressed = st.button(t("data_desk.save_explanation"), key=form.key("save"), type="primary")
            saved = pressed and form.save(answer)
    if saved:
        st.rerun()


def _saved(finding: Finding) -> str:
    given = finding.answer
    if given is None:
        return ""
    return t("my_work.saved_by", saved_by=name_of(given.saved_by), at=clock(given.saved_at))


def _as_text(_field: str, value: object) -> str:
    return str(value or "")


def _id(one: DeskFigure, finding: Finding) -> str:
    return f"{one.code}.{one.unit_code}.{finding.kind}"
