"""What a file's columns mean: a heading or a value for each of our columns, and our word for each of its codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from app_pages.components.answers import name_of
from app_pages.components.here import installation, t, user
from app_pages.components.plain import plain
from okr_engine.measuring.sources import without_identifiers
from okr_engine.measuring.tables import TABLES, Column
from okr_engine.services.uploads import (
    Meaning,
    Sample,
    code_guesses,
    columns_to_map,
    guessed_meaning,
    proposed_meaning,
)

_NOT_THERE, _SAME_FOR_ALL, _HEADING = "", "=", ":"


@dataclass
class _Chosen:
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)


def mapping_section(sample: Sample, key: str) -> Meaning:
    """The proposal, corrected by whoever looks at it."""
    st.header(t("upload.mapping"), anchor=False)
    proposal = _proposal(sample, key)
    if proposal.remembered_from:
        st.info(t("upload.remembered", name=plain(name_of(proposal.remembered_from))), icon=":material/history:")
    else:
        st.markdown(t("upload.guessed"))
    with st.container(horizontal=True):
        names = {name: t(f"event_table.{name}") for name in TABLES}
        table = st.selectbox(
            t("upload.table"),
            list(names),
            index=list(names).index(proposal.table),
            format_func=names.__getitem__,
            key=f"{key}.table",
            width=360,
        )
        system = st.text_input(
            t("upload.source_system"),
            value=proposal.source_system,
            key=f"{key}.source_system",
            width=360,
            help=t("upload.source_system_help"),
        )
    known = proposal if table == proposal.table else guessed_meaning(sample, table)
    chosen = _columns(sample, known, f"{key}.{table}")
    meaning = replace(known, source_system=system.strip(), columns=chosen.columns, constants=chosen.constants, codes={})
    return replace(meaning, codes=_codes(sample, known, chosen.columns, f"{key}.{table}"))


def _proposal(sample: Sample, key: str) -> Meaning:
    slot = f"{key}.proposal"
    if slot not in st.session_state:
        st.session_state[slot] = installation().ask(proposed_meaning, user(), sample)
    proposal: Meaning = st.session_state[slot]
    return proposal


def _columns(sample: Sample, known: Meaning, key: str) -> _Chosen:
    """A choice for each of our columns: the required and the recognised ones first, the others folded away."""
    chosen = _Chosen()
    recognised = {*known.columns, *known.constants}
    columns = [column for column in TABLES[known.table].columns if column in columns_to_map(known.table, ())]
    first = [column for column in columns if column.required or column.name in recognised]
    st.caption(
        t("upload.required_marked")
        if "person_key" not in TABLES[known.table].names
        else t("upload.required_and_persons")
    )
    with st.grid(2, min_column_width=300):
        for column in first:
            _column(column, sample, known, chosen, key)
    others = [column for column in columns if column not in first]
    if others:
        with st.expander(t("upload.other_columns", count=len(others))), st.grid(2, min_column_width=300):
            for column in others:
                _column(column, sample, known, chosen, key)
    return chosen


def _column(column: Column, sample: Sample, known: Meaning, chosen: _Chosen, key: str) -> None:
    if column.local_day_of in chosen.columns:
        return
    names = {_NOT_THERE: t("upload.not_in_file")}
    if not column.personal:
        names[_SAME_FOR_ALL] = t("upload.same_for_all")
    names |= {f"{_HEADING}{heading}": heading for heading in sample.headings}
    with st.container(gap="xsmall"):
        picked = st.selectbox(
            t("upload.required", column=t(f"event_column.{column.name}"))
            if column.required
            else t(f"event_column.{column.name}"),
            list(names),
            index=list(names).index(_first_choice(column, sample, known)),
            format_func=names.__getitem__,
            key=f"{key}.{column.name}",
        )
        if picked == _SAME_FOR_ALL:
            _constant(column, known, chosen, key)
        elif picked:
            chosen.columns[column.name] = picked.removeprefix(_HEADING)


def _first_choice(column: Column, sample: Sample, known: Meaning) -> str:
    if column.name in known.constants:
        return _SAME_FOR_ALL
    heading = known.columns.get(column.name)
    return f"{_HEADING}{heading}" if heading in sample.headings else _NOT_THERE


def _constant(column: Column, known: Meaning, chosen: _Chosen, key: str) -> None:
    label, was = t("upload.value_for_all"), known.constants.get(column.name)
    if column.words:
        names = _words(column)
        value = st.selectbox(
            label,
            list(names),
            index=list(names).index(was) if was in names else None,
            format_func=names.__getitem__,
            placeholder=t("my_work.choose"),
            key=f"{key}.{column.name}.constant",
        )
    else:
        value = st.text_input(label, value=was or "", key=f"{key}.{column.name}.constant").strip()
    if value:
        chosen.constants[column.name] = value


def _codes(sample: Sample, known: Meaning, columns: Mapping[str, str], key: str) -> dict[str, dict[str, str]]:
    """Our word for each code of the columns that hold codes; what gets none is set aside."""
    found: dict[str, dict[str, str]] = {}
    for name, heading in columns.items():
        column = TABLES[known.table].column(name)
        if not column.words:
            continue
        guesses = code_guesses(sample, column, heading)
        if not guesses:
            st.warning(t("upload.no_codes", column=plain(heading)), icon=":material/warning:")
            continue
        if known.columns.get(name) == heading:
            guesses |= known.codes.get(name, {})
        if all(code == word for code, word in guesses.items()):
            continue
        st.subheader(t("upload.codes_of", column=t(f"event_column.{name}")), anchor=False)
        found[name] = _translated(column, guesses, f"{key}.{name}")
    return found


def _translated(column: Column, guesses: Mapping[str, str | None], key: str) -> dict[str, str]:
    names = {_NOT_THERE: t("upload.set_aside_code")} | _words(column)
    chosen = {}
    with st.grid(3, min_column_width=240):
        for number, (code, guess) in enumerate(guesses.items()):
            word = st.selectbox(
                plain(without_identifiers(code)),
                list(names),
                index=list(names).index(guess) if guess in names else 0,
                format_func=names.__getitem__,
                key=f"{key}.code.{number}",
            )
            if word:
                chosen[code] = word
    return chosen


def _words(column: Column) -> dict[str, str]:
    words: Iterable[str] = column.words or ()
    return {str(word): t(f"event_word.{column.name}.{word}") for word in words}
