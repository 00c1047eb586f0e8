"""A form that remembers over which revision it was opened, so that a save from a stale page is noticed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import streamlit as st

from app_pages.components.chooser import keep_choice
from app_pages.components.here import t
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from okr_engine.errors import OkrError, StaleEdit

BASED_ON_NOTHING = 0
DAY_FORMAT = "DD.MM.YYYY"


@dataclass(frozen=True)
class OnRecord:
    """What is on record now: its revision, the fields as the form shows them, and by whom and when it was saved."""

    revision: int
    fields: Mapping[str, Any]
    saved: str = ""


@dataclass(frozen=True)
class _Memory:
    """What the form was opened over; and when a save was refused, by whose, and what was shown of it."""

    opened: OnRecord
    based_on: int
    refused_by: str | None = None
    theirs: OnRecord | None = None
    is_done: bool = False


def keeps_typed_text(name: str) -> bool:
    """Whether the form of that name holds something that was typed and not saved."""
    memory: _Memory | None = st.session_state.get(f"{name}.opened")
    if memory is None or memory.is_done:
        return False
    opened = memory.opened.fields
    return any(
        (st.session_state.get(f"{name}.{field}", value) or None) != (value or None) for field, value in opened.items()
    )


class OpenForm:
    """Fields over something on record, kept as they are typed through reruns and changes of page.

    A save is based on the revision that the form was opened over, not on whatever is newest when the page runs again.
    Only while nothing has been typed does the form follow what others save. After a lost session the browser still has
    the text, but nobody knows any more over what it was written: then it is based on nothing, and a save over something
    is refused with both texts.
    """

    def __init__(self, name: str, on_record: OnRecord) -> None:
        self.name = name
        self.values: dict[str, Any] = {}
        self._on_record = on_record
        memory: _Memory | None = st.session_state.get(self._slot)
        self._is_new = memory is None
        self._refilled = memory is not None and self._is_outdated(memory)
        if memory is None or self._refilled:
            memory = _Memory(on_record, on_record.revision)
        elif memory.refused_by is not None and memory.theirs is None:
            memory = replace(memory, theirs=on_record)
        self._memory = memory
        if self._refilled:
            for field, value in on_record.fields.items():
                st.session_state[self.key(field)] = value

    @property
    def based_on(self) -> int:
        """The revision that a save now is based on."""
        return self._memory.based_on

    @property
    def is_refused(self) -> bool:
        """Whether a save was refused because somebody else's came first, and nothing has been chosen yet."""
        return self._memory.theirs is not None

    def key(self, field: str) -> str:
        """The widget's key."""
        return f"{self.name}.{field}"

    def text_area(self, field: str, label: str, **more: Any) -> str:
        """Paragraphs."""
        return str(self._read(field, st.text_area(label, **self._widget(field, "value"), **more) or ""))

    def text_input(self, field: str, label: str, **more: Any) -> str:
        """One line."""
        return str(self._read(field, st.text_input(label, **self._widget(field, "value"), **more) or ""))

    def checkbox(self, field: str, label: str, **more: Any) -> bool:
        """Yes or no."""
        return bool(self._read(field, st.checkbox(label, **self._widget(field, "value"), **more)))

    def day(self, field: str, label: str, **more: Any) -> date | None:
        """A day, or none yet."""
        picked: Any = st.date_input(label, format=DAY_FORMAT, **self._widget(field, "value"), **more)
        self._read(field, picked)
        return picked if isinstance(picked, date) else None

    def one_of(self, field: str, label: str, options: Mapping[Any, str], **more: Any) -> Any:
        """One of many, each with its name, or none yet."""
        widget = self._widget(field, "index")
        begins = widget.get("index")
        has_choice = keep_choice(options, key=self.key(field))
        widget["index"] = list(options).index(begins) if begins in options and not has_choice else None
        picked = st.selectbox(label, list(options), format_func=options.__getitem__, **widget, **more)
        return self._read(field, picked)

    def one_of_few(self, field: str, label: str, options: Mapping[Any, str], **more: Any) -> Any:
        """One of a few, each with its name and all in sight; choosing draws the page again."""
        widget = self._widget(field, "default") | {"on_change": "rerun"}
        picked = st.segmented_control(label, list(options), format_func=options.__getitem__, **widget, **more)
        return self._read(field, picked)

    def save(self, deed: Callable[[int], object]) -> bool:
        """Do `deed` over the revision the form is based on; what is refused is shown, and nothing typed is lost."""
        return self._save(deed, self.based_on)

    def offer_choice(
        self, labels: Mapping[str, str], shown: Callable[[str, Any], str], deed: Callable[[int], object]
    ) -> bool:
        """After a refused save both texts side by side, and two ways on; whether mine has been saved over theirs."""
        theirs = self._memory.theirs
        if theirs is None:
            return False
        st.warning(
            t("my_work.refused", saved_by=plain(self._memory.refused_by or "")),
            title=t("my_work.refused_title"),
            icon=":material/sync_problem:",
        )
        left, right = st.columns(2)
        left.markdown(f"**{t('my_work.theirs')}**  \n{plain(theirs.saved)}")
        right.markdown(f"**{t('my_work.mine')}**  \n{t('my_work.mine_unsaved')}")
        for field, label in labels.items():
            pair = shown(field, theirs.fields.get(field)), shown(field, self.values.get(field))
            for column, words in zip((left, right), pair, strict=True):
                if pair[0] != pair[1]:
                    column.caption(label)
                    column.text(words or t("my_work.empty"))
        with st.container(horizontal=True):
            mine = st.button(t("my_work.save_mine"), key=self.key("save_mine"), type="primary")
            st.button(t("my_work.take_theirs"), key=self.key("take_theirs"), on_click=self.start_anew)
        return mine and self._save(deed, theirs.revision)

    def start_anew(self) -> None:
        """Leave what was typed and show what is on record."""
        self._memory = replace(self._memory, is_done=True)

    def _save(self, deed: Callable[[int], object], based_on: int) -> bool:
        try:
            deed(based_on)
        except StaleEdit as refused:
            self._memory = replace(self._memory, refused_by=refused.saved_by, theirs=None)
            st.rerun()
        except OkrError as error:
            show_error(error)
            return False
        self.start_anew()
        return True

    @property
    def _slot(self) -> str:
        return f"{self.name}.opened"

    @property
    def _memory(self) -> _Memory:
        memory: _Memory = st.session_state[self._slot]
        return memory

    @_memory.setter
    def _memory(self, memory: _Memory) -> None:
        st.session_state[self._slot] = memory

    def _is_outdated(self, memory: _Memory) -> bool:
        """Whether the form shows something else than what is on record, and nothing that anybody has typed."""
        if memory.is_done:
            return True
        typed = {field: st.session_state.get(self.key(field), value) for field, value in memory.opened.fields.items()}
        return memory.opened.revision != self._on_record.revision and typed == dict(memory.opened.fields)

    def _widget(self, field: str, initial: str) -> dict[str, Any]:
        common: dict[str, Any] = {"key": self.key(field), "persist_state": "session", "on_change": "ignore"}
        return common if self._refilled else common | {initial: self._memory.opened.fields[field]}

    def _read(self, field: str, value: Any) -> Any:
        self.values[field] = value
        if self._is_new and (value or None) != (self._on_record.fields[field] or None):
            self._memory = replace(self._memory, based_on=BASED_ON_NOTHING)
        return value
