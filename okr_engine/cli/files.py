"""`okr migrate`, `okr demo`, `okr import` and `okr export`: data in and out."""

from pathlib import Path
from typing import Annotated

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.progress import quarters_done, working
from okr_engine.cli.speaking import installation, settings, tell, tell_of_step
from okr_engine.database import connect
from okr_engine.errors import InvalidInput
from okr_engine.migrations import migrate
from okr_engine.services.demo import DemoCase, is_empty, load_and_evaluate_demo
from okr_engine.services.exporting import export_content
from okr_engine.services.import_plan import StepKind
from okr_engine.services.importing import ImportPreview, import_and_evaluate, preview_import
from okr_engine.words import Language, message
from okr_engine.workbook import (
    Content,
    read_measurements_csv,
    read_workbook,
    write_measurements_csv,
    write_workbook,
)

_SHOWN_STEPS = 200


def migrate_database() -> None:
    """Bring the database up to this version of the program."""
    tell("cli.migrated", revision=migrate(connect(settings().database_url)))


def demo(
    case: Annotated[DemoCase, typer.Option(help="Which organisation to load.")] = DemoCase.ALL,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only into an empty database.")] = False,
) -> None:
    """Load the demo: a county's and a city's real figures."""
    place = installation()
    if if_empty and not place.ask(is_empty):
        return
    done = place.act(OPERATOR, load_and_evaluate_demo, case, place.rulebooks)
    tell("cli.demo_loaded", decided=done.decided, quarters=len(done.quarters), raised=len(done.raised))


def import_file(
    file: Annotated[Path, typer.Argument(help="A workbook (.xlsx) or a CSV file of measurements.")],
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
    language: Annotated[Language, typer.Option(help="The language of headings and words.")] = Language.FI,
) -> None:
    """Export everything as the workbook that `okr import` reads."""
    content = installation().ask(export_content, OPERATOR)
    if file.suffix.lower() == ".csv":
        file.write_bytes(write_measurements_csv(content, language))
    else:
        file.write_bytes(write_workbook(content, language))
    tell("cli.exported", file=file.name)


def _tell_preview(preview: ImportPreview) -> None:
    tell("cli.preview_counts", **{kind.value: preview.count(kind) for kind in StepKind})
    for step in preview.steps[:_SHOWN_STEPS]:
        if step.kind != StepKind.ADDED:
            tell_of_step(step.place, step.before, step.after, step.reason)
    for note in preview.notes:
        tell(note.key, **note.values)


def _read(file: Path, max_mb: int) -> Content:
    if not file.is_file():
        raise InvalidInput(message("error.no_such_file", file=str(file)))
    data = file.read_bytes() if file.stat().st_size <= max_mb * 1_000_000 else b""
    if not data and file.stat().st_size:
        raise InvalidInput(message("error.file_too_large", file=file.name, max_mb=max_mb))
    if file.suffix.lower() == ".csv":
        return read_measurements_csv(data, file=file.name, max_mb=max_mb)
    return read_workbook(data, file=file.name, max_mb=max_mb)
