"""`okr spc`: an XmR chart of a series from a file, in words or as JSON."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from okr_engine.cli.charting import kind_of_picture
from okr_engine.cli.files import bytes_of, keep
from okr_engine.cli.speaking import settings, spoken, tell
from okr_engine.clock import now
from okr_engine.i18n import day, number
from okr_engine.reports.canvas import Canvas
from okr_engine.settings import Settings
from okr_engine.statistics.evidence import FEWEST_FOR_ICONS, Shown
from okr_engine.statistics.xmr import xmr_chart
from okr_engine.statistics.xmr_charts import Chart, ChartPoint, Segment
from okr_engine.statistics.xmr_icons import Improvement
from okr_engine.statistics.xmr_limits import Limits
from okr_engine.statistics.xmr_rules import TwoInThree
from okr_engine.words import Language, message
from okr_engine.workbook.series import read_series_csv, typed_day, typed_number


def chart_series(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns date and value; a gap is an empty value.")],
    direction: Annotated[Improvement, typer.Option(help="Which way is better.")] = Improvement.NEUTRAL,
    target: Annotated[str | None, typer.Option(help="The value to reach.")] = None,
    rebase: Annotated[
        list[str] | None, typer.Option(help="A day with which new limits begin; may be given several times.")
    ] = None,
    baseline: Annotated[
        int | None, typer.Option(help="Rest the limits on the first so many values, 12 or more.")
    ] = None,
    screen: Annotated[
        bool | None,
        typer.Option("--screen/--no-screen", help="Leave large moving ranges out; from 24 values on if left out."),
    ] = None,
    two_in_three: Annotated[
        TwoInThree, typer.Option(help="Whether points beyond the limit count for two in three (mdc_2023) or not.")
    ] = TwoInThree.NHSRPLOTTHEDOTS,
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, for programs: one object for each rebase group.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE", help="Also draw it, as .svg or .png.")
    ] = None,
) -> None:
    """Chart a series: its limits, what each point is called, and its icons where the points can carry them."""
    known = settings()
    kind = None if picture is None else kind_of_picture(picture)
    chart = xmr_chart(
        read_series_csv(bytes_of(file, known.max_upload_mb), file=file.name, max_mb=known.max_upload_mb),
        improvement=direction,
        target=None if target is None else typed_number(target),
        rebase_on=[typed_day(one) for one in rebase or []],
        baseline=baseline,
        screen=screen,
        two_in_three=two_in_three,
    )
    if picture and kind:
        # What draws takes Altair along, for which no other command should wait.
        from okr_engine.reports.control_chart import control_picture

        keep(picture, control_picture(chart, _canvas(known), kind, name=file.name, at=now()))
    if as_json:
        typer.echo(json.dumps(_report(chart), ensure_ascii=False, indent=2))
        return
    for segment in chart.segments:
        _tell_segment(segment, known.language)
    _tell_verdict(chart)
    if picture:
        tell("cli.chart_written", file=picture.name)


def _canvas(known: Settings) -> Canvas:
    return Canvas(known.language, time_zone=known.time_zone)


def _tell_segment(segment: Segment, language: Language) -> None:
    first, last = segment.points[0].day, segment.points[-1].day
    tell(
        "spc.segment", first=first, last=last, points=len(segment.values), tier=message(f"evidence_tier.{segment.tier}")
    )
    if segment.limits:
        _tell_limits(segment.limits, segment.rung.shows)
    for point in segment.points:
        typer.echo(f"  {_point_line(point, language)}")


def _tell_limits(limits: Limits, shows: frozenset[Shown]) -> None:
    lines = ("mean", "lower", "upper", "near_lower", "near_upper")
    tell(_limits_key(shows), **{name: _rounded(getattr(limits, name)) for name in lines})
    ranges = limits.moving_ranges
    tell(
        "spc.screened" if ranges.are_screened else "spc.unscreened",
        average=_rounded(ranges.average),
        ranges=ranges.count,
        left_out=ranges.left_out,
        points=limits.points,
    )


def _limits_key(shows: frozenset[Shown]) -> str:
    if Shown.LIMITS in shows:
        return "spc.limits"
    return "spc.trial_limits" if Shown.TRIAL_LIMITS in shows else "spc.no_limits"


def _point_line(point: ChartPoint, language: Language) -> str:
    value = spoken("spc.no_value") if point.value is None else number(Decimal(f"{point.value:.15g}"), language)
    return "  ".join([day(point.day, language), value, *([point.label] if point.label else [])])


def _tell_verdict(chart: Chart) -> None:
    none = message("spc.no_icon")
    variation, assurance = chart.variation, chart.assurance
    tell("spc.variation", icon=message(f"variation_icon.{variation}") if variation else none)
    tell("spc.assurance", icon=message(f"assurance_icon.{assurance}") if assurance else none)
    if chart.signal:
        tell(f"chart_signal.{chart.signal.wording}", label=chart.signal.label)
    if chart.trial_assurance:
        tell(f"trial_assurance.{chart.trial_assurance}")
    for remark in chart.remarks:
        tell(f"chart_remark.{remark}", points=len(chart.current.values), fewest=FEWEST_FOR_ICONS)


def _rounded(value: float) -> Decimal:
    """Six significant digits: more than a chart can show."""
    return Decimal(f"{value:.6g}")


def _report(chart: Chart) -> list[dict[str, object]]:
    return [
        {
            "rebase_group": group,
            "improvement_direction": chart.improvement,
            "target": chart.target,
            **_segment(segment),
            **(_verdict(chart) if segment is chart.current else _NO_VERDICT),
            "points": [_point(point) for point in segment.points],
        }
        for group, segment in enumerate(chart.segments)
    ]


def _segment(segment: Segment) -> dict[str, object]:
    limits = segment.limits
    ranges = limits.moving_ranges if limits else None
    return {
        "first": segment.points[0].day.isoformat(),
        "last": segment.points[-1].day.isoformat(),
        "n": len(segment.values),
        "tier": segment.tier,
        "n_baseline": limits and limits.points,
        "mean": limits and limits.mean,
        "lpl": limits and limits.lower,
        "upl": limits and limits.upper,
        "near_lpl": limits and limits.near_lower,
        "near_upl": limits and limits.near_upper,
        "mr_bar": ranges and ranges.average,
        "mr_bar_raw": ranges and ranges.raw_average,
        "n_mr": ranges and ranges.count,
        "n_mr_screened": ranges and ranges.left_out,
        "screened": ranges and ranges.are_screened,
    }


def _verdict(chart: Chart) -> dict[str, object]:
    signal = chart.signal
    return {
        "variation_icon": chart.variation,
        "assurance_icon": chart.assurance,
        "trial_assurance": chart.trial_assurance,
        "signal": signal and {"wording": signal.wording, "label": signal.label},
        "remarks": list(chart.remarks),
    }


# Only the last stretch is judged.
_NO_VERDICT: dict[str, object] = {
    "variation_icon": None,
    "assurance_icon": None,
    "trial_assurance": None,
    "signal": None,
    "remarks": [],
}


def _point(point: ChartPoint) -> dict[str, object]:
    return {"date": point.day.isoformat(), "value": point.value, "label": point.label, "point_type": point.kind}
