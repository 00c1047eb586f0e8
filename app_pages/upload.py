"""Upload: a file of events is read, its columns are given their meaning, and what it tells is brought in."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from app_pages.components.here import installation, language, t, user
from app_pages.components.notices import show_error
from app_pages.components.plain import plain
from app_pages.components.uploader import speak_uploader
from app_pages.uploading.mapping import mapping_section
from app_pages.uploading.preview import preview_counts, preview_tables
from okr_engine.access import Permission, may_somewhere
from okr_engine.errors import OkrError
from okr_engine.i18n import number, period
from okr_engine.services.uploads import Brought, Meaning, Sample, UploadedFile, bring_in, preview_of, sample_of


@dataclass(frozen=True)
class Read:
    """An uploaded file as it was read once; or why it cannot be."""

    file_id: str
    sample: Sample | None = None
    refused: OkrError | None = None


def upload_section() -> None:
    """The file, and once it is there, its meaning and what it becomes."""
    st.markdown(t("upload.about", megabytes=str(installation().settings.max_upload_mb)))
    speak_uploader()
    uploaded = st.file_uploader(
        t("upload.file"),
        max_upload_size=installation().settings.max_upload_mb,
        key=f"upload.file.{st.session_state.setdefault('upload.uploads', 0)}",
    )
    if uploaded is None:
        st.session_state.pop("upload.read", None)
        if done := st.session_state.get("upload.done"):
            show_done(done)
        return
    st.session_state.pop("upload.done", None)
    read = read_once(uploaded)
    if read.refused is not None:
        show_error(read.refused)
        st.markdown(t("upload.nothing_stored"))
    elif read.sample is not None:
        show(read.sample, key=f"upload.{read.file_id}")


def read_once(uploaded: Any) -> Read:
    """The headings and first records, also when the page runs again."""
    known: Read | None = st.session_state.get("upload.read")
    if known is None or known.file_id != uploaded.file_id:
        with st.spinner(t("data.reading", file=plain(uploaded.name))):
            known = read_anew(uploaded)
        st.session_state["upload.read"] = known
    return known


def read_anew(uploaded: Any) -> Read:
    """Read the file's beginning."""
    file = UploadedFile(uploaded.name, uploaded.getvalue())
    try:
        sample = sample_of(user(), file, max_mb=installation().settings.max_upload_mb)
    except OkrError as refused:
        return Read(uploaded.file_id, refused=refused)
    return Read(uploaded.file_id, sample)


def show(sample: Sample, *, key: str) -> None:
    """What the columns mean, what the records become, and the button that brings them in."""
    meaning = mapping_section(sample, key)
    if meaning.still_needed:
        needed = [t(f"event_column.{name}") for name in meaning.still_needed]
        st.warning(t("upload.still_needed", columns=needed), icon=":material/warning:")
        return
    try:
        preview = preview_of(user(), sample, meaning, installation().settings, now=installation().now())
    except OkrError as refused:
        show_error(refused)
        return
    preview_counts(preview, is_whole=sample.is_whole)
    if preview.usable:
        offer(sample, meaning)
    else:
        st.warning(t("upload.nothing_usable"), icon=":material/warning:")
    preview_tables(preview, meaning.table)


def offer(sample: Sample, meaning: Meaning) -> None:
    """The button; after it the page begins anew and says what was done."""
    if not st.button(t("upload.bring_in"), key="upload.bring_in", type="primary", icon=":material/upload:"):
        return
    try:
        with st.spinner(t("upload.bringing_in")):
            done = bring_in(installation(), user(), sample, meaning)
    except OkrError as refused:
        show_error(refused)
        return
    st.session_state["upload.done"] = done
    st.session_state["upload.uploads"] += 1
    st.session_state.pop("upload.read", None)
    st.rerun()


def show_done(done: Brought) -> None:
    """What was read, stored and set aside."""
    stored = done.stored
    counts = {
        "read": done.read,
        "added": stored.added,
        "replaced": stored.replaced,
        "known": stored.unchanged + stored.superseded,
        "aside": done.set_aside,
    }
    told = {name: number(count, language()) for name, count in counts.items()}
    lines = [t("upload.done", file=plain(done.file)), t("upload.done_counts", **told), *computed(done)]
    st.success("  \n".join(lines), icon=":material/check_circle:")
    if done.error is not None:
        st.warning(t("upload.not_all_computed"), icon=":material/warning:")
        show_error(done.error)


def computed(done: Brought) -> list[str]:
    """What the events did to figures, statuses and actions."""
    if done.recomputed is None:
        return []
    kept, evaluation = done.recomputed.kept, done.recomputed.evaluation
    if not kept.written:
        return [t("upload.no_figures_changed")]
    lines = [t("upload.figures_changed", count=kept.written)]
    if evaluation.quarters:
        quarters = [period(one, language()) for one in evaluation.quarters]
        lines.append(t("data.done_decided", count=evaluation.decided, quarters=quarters))
    if evaluation.raised:
        lines.append(t("data.done_raised", count=len(evaluation.raised)))
    return lines


st.page_link("data.py", label=t("upload.back"), icon=":material/arrow_back:")
st.title(t("main.upload"), anchor=False)
if may_somewhere(user(), Permission.IMPORT):
    upload_section()
else:
    st.info(t("upload.not_for_you"), icon=":material/lock:")
