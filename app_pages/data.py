"""Data: the template, an import that is shown before it is done, and exports."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from app_pages.components.here import installation, language, t, today, user
from app_pages.components.import_preview import import_preview
from app_pages.components.notices import mistakes_table, show_error
from app_pages.components.plain import plain
from app_pages.components.uploader import speak_uploader
from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import InvalidFile, OkrError
from okr_engine.i18n import period as spoken_period
from okr_engine.i18n import speak
from okr_engine.services.evaluation import Evaluation
from okr_engine.services.exporting import export_content
from okr_engine.services.importing import ImportPreview, StepKind, import_and_evaluate, preview_import
from okr_engine.services.installation import Installation
from okr_engine.words import Language
from okr_engine.workbook import (
    Content,
    empty_template,
    read_file,
    write_measurements_csv,
    write_workbook,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"


@dataclass(frozen=True)
class Read:
    """An uploaded file, read and compared once for as long as the data stays as it is; or why it cannot be taken."""

    file_id: str
    version: int
    content: Content | None = None
    preview: ImportPreview | None = None
    refused: OkrError | None = None


@dataclass(frozen=True)
class Done:
    """What an import came to."""

    preview: ImportPreview
    evaluation: Evaluation


def import_section() -> None:
    """The template, the upload, its preview or mistakes, and the import itself."""
    st.header(t("data.import"), anchor=False)
    st.markdown(t("data.import_about", megabytes=str(installation().settings.max_upload_mb)))
    written_in = choose_language("data.template_language")
    st.download_button(
        t("data.template"),
        data=partial(empty_template, written_in),
        file_name=f"{t('data.template_file')}-{written_in}.xlsx",
        mime=XLSX,
        key="data.template",
        icon=":material/download:",
        on_click="ignore",
    )
    speak_uploader()
    uploaded = st.file_uploader(
        t("data.upload"),
        max_upload_size=installation().settings.max_upload_mb,
        key=f"data.upload.{st.session_state.setdefault('data.uploads', 0)}",
    )
    st.caption(t("data.upload_help"))
    if uploaded is None:
        if done := st.session_state.get("data.done"):
            show_done(done)
        return
    st.session_state.pop("data.done", None)
    show(read_once(uploaded))


def read_once(uploaded: Any) -> Read:
    """The uploaded file as it was read, also when the page runs again."""
    version = installation().data_version()
    known: Read | None = st.session_state.get("data.read")
    if known is None or (known.file_id, known.version) != (uploaded.file_id, version):
        with st.spinner(t("data.reading", file=plain(uploaded.name))):
            known = read(uploaded, version)
        st.session_state["data.read"] = known
    return known


def read(uploaded: Any, version: int) -> Read:
    """Read the file and compare it with what is known."""
    try:
        content = read_file(uploaded.getvalue(), file=uploaded.name, max_mb=installation().settings.max_upload_mb)
        preview = installation().ask(preview_import, user(), content)
    except OkrError as refused:
        return Read(uploaded.file_id, version, refused=refused)
    return Read(uploaded.file_id, version, content, preview)


def show(found: Read) -> None:
    """The preview with the button that does it; or what has to be corrected first."""
    if found.refused is not None:
        show_refusal(found.refused)
    elif found.preview is not None and found.content is not None:
        st.subheader(t("data.preview", file=plain(found.preview.file)), anchor=False)
        if found.preview.changes_nothing:
            st.info(t("data.changes_nothing"), icon=":material/check_circle:")
        else:
            offer_import(found.content)
        import_preview(found.preview)


def show_refusal(refused: OkrError) -> None:
    """Why nothing was taken in, every mistake with its place."""
    if not isinstance(refused, InvalidFile):
        show_error(refused)
        return
    st.error(f"{plain(speak(refused.what, language()))}  \n{t('data.nothing_imported')}", icon=":material/error:")
    mistakes_table(refused.mistakes)


def offer_import(content: Content) -> None:
    """The button; after it the page begins anew and says what was done."""
    st.markdown(t("data.preview_about"))
    if not st.button(t("data.do_import"), key="data.do_import", type="primary", icon=":material/upload:"):
        return
    try:
        with st.spinner(t("data.importing")):
            preview, evaluation = installation().act(user(), import_and_evaluate, content, installation().rulebooks)
    except OkrError as refused:
        show_refusal(refused)
        return
    st.session_state["data.done"] = Done(preview, evaluation)
    st.session_state["data.uploads"] += 1
    st.session_state.pop("data.read", None)
    st.rerun()


def show_done(done: Done) -> None:
    """What came in, and what it did to statuses and actions."""
    counts = {kind.value: done.preview.count(kind) for kind in StepKind}
    lines = [t("data.done", file=plain(done.preview.file)), t("data.done_counts", **counts)]
    if done.evaluation.quarters:
        quarters = [spoken_period(one, language()) for one in done.evaluation.quarters]
        lines.append(t("data.done_decided", count=done.evaluation.decided, quarters=quarters))
    if done.evaluation.raised:
        lines.append(t("data.done_raised", count=len(done.evaluation.raised)))
    st.success("  \n".join(lines), icon=":material/check_circle:")


def export_section() -> None:
    """Everything the person may read, as the workbook that can be brought in again, and the figures alone."""
    st.header(t("data.export"), anchor=False)
    st.markdown(t("data.export_about"))
    written_in = choose_language("data.export_language")
    place, actor = installation(), user()
    with st.container(horizontal=True):
        download(t("data.export_xlsx"), partial(exported, place, actor, written_in, write_workbook), "xlsx", XLSX)
        download(t("data.export_csv"), partial(exported, place, actor, written_in, write_measurements_csv), "csv", CSV)


def download(label: str, build: Callable[[], bytes], suffix: str, mime: str) -> None:
    """A button whose file is made when it is pressed."""
    st.download_button(
        label,
        data=build,
        file_name=f"okr-{today().isoformat()}.{suffix}",
        mime=mime,
        key=f"data.export_{suffix}",
        icon=":material/download:",
        on_click="ignore",
    )


def exported(
    place: Installation, actor: Actor, written_in: Language, write: Callable[[Content, Language], bytes]
) -> bytes:
    """The file itself."""
    return write(place.ask(export_content, actor), written_in)


def choose_language(key: str) -> Language:
    """The language of a file, that of the screen unless another is chosen."""
    return Language(
        st.segmented_control(
            t("data.file_language"),
            list(Language),
            default=language(),
            required=True,
            format_func={one: t(f"language.{one}") for one in Language}.__getitem__,
            key=key,
            persist_state="session",
        )
    )


st.title(t("main.data"), anchor=False)
if may_somewhere(user(), Permission.IMPORT):
    import_section()
    st.page_link("upload.py", label=t("data.to_upload"), icon=":material/table_view:")
if may_somewhere(user(), Permission.READ):
    export_section()
else:
    st.info(t("data.nothing_to_export"), icon=":material/lock:")
