"""`okr chart`: the figures of a key result as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okr_engine.access import OPERATOR
from okr_engine.cli.files import keep
from okr_engine.cli.speaking import installation, tell
from okr_engine.errors import InvalidInput
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.figure_words import measured
from okr_engine.services.goal_reports import key_result_report
from okr_engine.services.typed_times import typed_moment, typed_quarter
from okr_engine.words import message

if TYPE_CHECKING:
    from okr_engine.reports.pictures import PictureKind


def draw_key_result(
    code: Annotated[str, typer.Argument(metavar="KEY_RESULT", help="The key result's code, such as A1.1.")],
    period: Annotated[str, typer.Option(help="The quarter, such as 2025-Q2.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to draw it: .svg or .png.")],
    as_of: Annotated[str | None, typer.Option(help="What was known at that moment, such as 2025-07-31T12:00.")] = None,
) -> None:
    """Draw a key result's figures with targets, limits, path, breaks and actions, ready for a document."""
    # What draws takes Altair along, for which no other command should wait.
    from okr_engine.reports.figure_pictures import figure_picture

    kind, quarter = kind_of_picture(out), typed_quarter(period)
    place = installation()
    known = None if as_of is None else typed_moment(as_of, place.settings.zone)
    report = place.ask(key_result_report, OPERATOR, code, quarter, today=place.today(), as_of=known)
    if not measured(report.drawn):
        raise InvalidInput(message("error.nothing_to_draw"))
    canvas = Canvas(place.settings.language, time_zone=place.settings.time_zone)
    drawn = figure_picture(report.drawn, report.variation, canvas, kind, known_at=known or place.now())
    keep(out, drawn)
    tell("cli.chart_written", file=out.name)


def kind_of_picture(file: Path) -> "PictureKind":
    """What the file's name asks for; InvalidInput for another ending."""
    from okr_engine.reports.pictures import PictureKind

    try:
        return PictureKind(file.suffix.lower().removeprefix("."))
    except ValueError as error:
        raise InvalidInput(
            message("error.cannot_draw_as", file=file.name), remedy=message("error.cannot_draw_as_remedy")
        ) from error
