"""The import of a large workbook beside what openpyxl takes to read the same file."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import load_workbook

from benchmarks.figures import Figure, cpu_in_turns, middle, spread
from benchmarks.large_county import FILE, MOST_MB, LargeCounty, empty_in
from okr_engine.access import OPERATOR
from okr_engine.services.importing import import_content
from okr_engine.services.installation import Installation
from okr_engine.workbook import read_workbook

ROUNDS = 7


def measure(county: LargeCounty) -> Iterator[Figure]:
    """Read, check and store the county in one transaction, each round in an empty database."""
    with TemporaryDirectory() as folder:
        empty = iter([empty_in(Path(folder) / str(number)) for number in range(ROUNDS + 1)])
        took, theirs, streamed = cpu_in_turns(
            lambda: _imported(next(empty), county.data),
            lambda: load_workbook(BytesIO(county.data)),
            lambda: _streamed(county.data),
            rounds=ROUNDS,
        )
    yield Figure("import: read, check and store", middle(took), "ms", how=f"CPU, {spread(took)}")
    yield Figure("openpyxl: `load_workbook`", middle(theirs), "ms", how=f"CPU, {spread(theirs)}")
    yield Figure(
        "import ÷ openpyxl", middle(took) / middle(theirs), "×", at_most=3, how=f"{ROUNDS} rounds, taking turns"
    )
    yield Figure(
        "import ÷ openpyxl in read-only mode",
        middle(took) / middle(streamed),
        "×",
        how="every cell visited; the mode that the import itself reads in",
    )
    yield Figure("import with the 20 quarters decided", county.import_seconds, "s", how="CPU, once")


def _imported(place: Installation, data: bytes) -> None:
    place.act(OPERATOR, import_content, read_workbook(data, file=FILE, max_mb=MOST_MB))
    place.engine.dispose()


def _streamed(data: bytes) -> int:
    workbook = load_workbook(BytesIO(data), read_only=True)
    return sum(cell.value is not None for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row)
