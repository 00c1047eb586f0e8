"""A book of rules in words, and beside one of them its examples and its YAML."""

import streamlit as st

from app_pages.components.here import language, t
from app_pages.components.plain import plain
from app_pages.components.status import status_pill
from app_pages.components.tables import Column, Part, Row, Section, follow, link, note, pill, tables, text
from app_pages.ruling.answers import rulebook
from okr_engine.i18n import day
from okr_engine.services.rulebook_views import Book, RulebookView
from okr_engine.services.rules_in_words import ExampleInWords, RuleInWords


def rules_section(book: Book) -> None:
    """The rules in the order in which they are asked; the one in the address whole."""
    view = rulebook(book)
    st.markdown(t(f"ruling.about_book.{book}"))
    st.caption(t("ruling.version", version=plain(view.version), day=day(view.valid_from, language())))
    chosen = next((one for one in view.rules if one.name == st.query_params.get("rule")), None)
    if chosen:
        _whole(chosen)
    follow(tables([_all(view, book, chosen)], key=f"rules.book.{book}"))
    with st.expander(t("ruling.whole_text"), key=f"rules.text.{book}"):
        st.code(view.yaml, language="yaml", height=500)


def _all(view: RulebookView, book: Book, chosen: RuleInWords | None) -> Section:
    return Section(
        caption=t("ruling.rules"),
        columns=(Column(t("ruling.reason"), 40), Column(t("ruling.conditions"), 40), Column(t("ruling.follows"), 20)),
        rows=[
            Row(
                [
                    [link(one.reason, "rules", view=book.value, rule=one.name)],
                    [note(condition) for condition in one.conditions],
                    [_follows(one)],
                ],
                chosen=one is chosen,
            )
            for one in view.rules
        ],
    )


def _whole(one: RuleInWords) -> None:
    with st.container(border=True, key="rules-chosen"):
        st.header(plain(one.reason), anchor=False)
        words, yaml = st.columns(2, gap="medium")
        with words:
            st.markdown(f"**{t('ruling.conditions')}**")
            st.markdown("\n".join(f"- {plain(condition)}" for condition in one.conditions))
            st.markdown(f"**{t('ruling.follows')}**")
            st.markdown(status_pill(one.status) if one.status else plain(one.follows))
            st.markdown(f"**{t('ruling.examples')}**")
            st.markdown("\n".join(f"- {plain(_example(each, one))}" for each in one.examples))
        with yaml:
            st.markdown(f"**{t('ruling.as_yaml')}**")
            st.code(one.yaml, language="yaml", wrap_lines=True)
            st.caption(t("ruling.name", name=plain(one.name)))


def _example(example: ExampleInWords, rule: RuleInWords) -> str:
    given = "; ".join(example.given) or t("ruling.nothing_given")
    return t("ruling.fires", given=given, follows=rule.follows) if example.fires else t("ruling.silent", given=given)


def _follows(one: RuleInWords) -> Part:
    return pill(one.status) if one.status else text(one.follows)
