"""`okr migrate`, `okr demo`, `okr import` and `okr export`: data in and out."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.progress import quarters_done, working
from okr_engine.cli.speaking import installation, settings, tell, tell_of_step
from okr_engine.database import connect
from okr_engine.errors import InvalidInput
from okr_engine.migrations import has_no_tables, migrate
from okr_engine.services.demo import DemoCase, is_empty, load_and_evaluate_demo
from okr_engine.services.exporting import export_content
from okr_engine.services.import_plan import StepKind
from okr_engine.services.importing import ImportPreview, import_and_evaluate, preview_import
from okr_engine.words import Language, message
from okr_engine.workbook import (
    Content,
    read_file,
    write_measurements_csv,
    write_workbook,
)

_SHOWN_STEPS = 200
_MEGABYTE = 2**20
_WRITERS: Mapping[str, Callable[[Content, Language], bytes]] = {
    ".xlsx": write_workbook,
    ".csv": write_measurements_csv,
}


def migrate_database() -> None:
    """Bring the database up to this version of the program."""
    tell("cli.migrated", revision=migrate(connect(settings().database_url)))


def demo(
    case: Annotated[DemoCase, typer.Option(help="Which organisation to load.")] = DemoCase.ALL,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only into an empty database.")] = False,
) -> None:
    """Load the demo: a county's and a city's real figures."""
    engine = connect(settings().database_url)
    if has_no_tables(engine):
        migrate(engine)
    place = installation()
    if if_empty and not place.ask(is_empty):
        return
    done = place.act(OPERATOR, load_and_evaluate_demo, case, place.rulebooks)
    tell("cli.demo_loaded", decided=done.decided, quarters=len(done.quarters), raised=len(done.raised))


def import_file(
    file: Annotated[Path, typer.Argument(help="A workbook (.xlsx), or measurements as .csv, .txt or .tsv.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
) -> None:
    """Import a workbook or measurements, and decide the statuses they bear on."""
    place = installation()
    with working("cli.reading", file=file.name):
        content = _read(file, place.settings.max_upload_mb)
    if dry_run:
        _tell_preview(place.ask(preview_import, OPERATOR, content))
        return
    preview, done = place.act(OPERATOR, import_and_evaluate, content, place.rulebooks, track=quarters_done)
    _tell_preview(preview)
    tell("cli.imported", decided=done.decided, quarters=len(done.quarters), raised=len(done.raised))


def export_file(
    file: Annotated[Path, typer.Argument(help="Where to write: .xlsx for everything, .csv for measurements.")],
    language: Annotated[
        Language | None, typer.Option(help="The language of headings and words; OKR_LANGUAGE if left out.")
    ] = None,
) -> None:
    """Export everything as the workbook that `okr import` reads."""
    if (write := _WRITERS.get(file.suffix.lower())) is None:
        raise InvalidInput(
            message("error.cannot_export_as", file=file.name), remedy=message("error.cannot_export_as_remedy")
        )
    place = installation()
    with working("cli.writing", file=file.name):
        content = place.ask(export_content, OPERATOR)
        keep(file, write(content, language or place.settings.language))
    tell("cli.exported", file=file.name)


def bytes_of(file: Path, max_mb: int) -> bytes:
    """What the file holds; InvalidInput where there is none, it is too large, or may not be read."""
    if not file.is_file():
        raise InvalidInput(message("error.no_such_file", file=str(file)))
    if file.stat().st_size > max_mb * _MEGABYTE:
        raise InvalidInput(message("error.file_too_large", file=file.name, max_mb=max_mb))
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(message("error.cannot_read", file=str(file), said=error.strerror)) from error


def keep(file: Path, data: bytes) -> None:
    """Write all of the file or nothing of it; InvalidInput where it cannot be written."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        try:
            beside.write_bytes(data)
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(
            message("error.cannot_write", file=str(file), said=error.strerror),
            remedy=message("error.cannot_write_remedy"),
        ) from error


def _tell_preview(preview: ImportPreview) -> None:
    tell("cli.preview_counts", **{kind.value: preview.count(kind) for kind in StepKind})
    for step in preview.steps[:_SHOWN_STEPS]:
        if step.kind != StepKind.ADDED:
            tell_of_step(step)
    for note in preview.notes:
        tell(note.key, **note.values)


def _read(file: Path, max_mb: int) -> Content:
    return read_file(bytes_of(file, max_mb), file=file.name, max_mb=max_mb)
