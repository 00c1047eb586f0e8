"""`make bench`: measure everything and write docs/benchmarks.md, or only what `ARGS="import pages"` names."""

import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import (
    back_testing,
    charting,
    delivering,
    escalating,
    evaluating,
    importing,
    ingesting,
    judging,
    measuring,
    pages,
    starting,
)
from benchmarks.figures import Figure
from benchmarks.large_county import LargeCounty

PAPER = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGINS, ENDS = "<!-- measured: written by `make bench` -->", "<!-- /measured -->"
PACKAGES = ("durable-rules", "openpyxl", "sqlalchemy", "streamlit")


@dataclass(frozen=True)
class Benchmark:
    """Something people wait for: its name on the command line, what it is, and who measures it.

    What takes very long is measured only where it is `asked_for` by its name.
    """

    name: str
    what: str
    measure: Callable[[LargeCounty], Iterator[Figure]]
    asked_for: bool = False


BENCHMARKS = (
    Benchmark("import", "Import of 500 key results × 20 quarters (10,000 measurements)", importing.measure),
    Benchmark("evaluate", "Evaluation of 500 key results for one quarter", evaluating.measure),
    Benchmark("back-test", "A draft of the rules tried on 500 key results × 20 quarters", back_testing.measure),
    Benchmark("judge", "10,000 facts under 25 rules", judging.measure),
    Benchmark("chart", "Control charts", charting.measure),
    Benchmark("measure", "KPIs from events", measuring.measure),
    Benchmark("hundred-million", "KPIs from a hundred million events", measuring.hundred_million, asked_for=True),
    Benchmark("ingest", "Bringing events in", ingesting.measure),
    Benchmark("deliver", "Steps of actions on their way to task platforms", delivering.measure),
    Benchmark("escalate", "A sweep of the escalation clocks", escalating.measure),
    Benchmark("start", "Start of the server", starting.measure),
    Benchmark("pages", "Overview and Goal on that data", pages.measure),
)


def main(names: Sequence[str]) -> None:
    """Measure, print, and write it down where everything has been measured."""
    known = {one.name for one in BENCHMARKS}
    if unknown := set(names) - known:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(sorted(known))}.")
    lines = [_circumstances()]
    print(lines[0])
    with TemporaryDirectory() as folder:
        county = LargeCounty.made_in(Path(folder))
        for benchmark in BENCHMARKS:
            if benchmark.name in names or not (names or benchmark.asked_for):
                lines += _table(benchmark, county)
    if not names:
        _write(lines)


def _table(benchmark: Benchmark, county: LargeCounty) -> list[str]:
    lines = ["", f"### {benchmark.what}", "", "| what | measured | at most | | how |", "|---|---:|---:|---|---|"]
    print(*lines, sep="\n")
    for figure in benchmark.measure(county):
        lines.append(_row(figure))
        print(lines[-1], flush=True)
    return lines


def _row(figure: Figure) -> str:
    bound = "" if figure.at_most is None else f"{figure.at_most:g} {figure.unit}".strip()
    digits = 2 if figure.unit == "×" else 1 if figure.unit == "s" else 0
    measured = f"{figure.value:,.{digits}f} {figure.unit}".strip()
    return f"| {figure.what} | {measured} | {bound} | {figure.verdict} | {figure.how} |"


def _circumstances() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    busy, _, _ = os.getloadavg()
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {os.cpu_count()} CPUs, load {busy:.1f} at the beginning, "
        f"niceness {os.nice(0)}, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {packages}."
    )


def _write(lines: Sequence[str]) -> None:
    """Replace what was measured before; what people have written around it stays."""
    before, _, rest = PAPER.read_text("utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    PAPER.write_text("\n".join([before + BEGINS, *lines, "", ENDS + after]), "utf-8")


main(sys.argv[1:])
