"""A statistical cube is read cell by cell, whichever version and shape it comes in."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.json_stat import cube_of
from okr_engine.errors import SchemaChanged

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"


def cube(**changes: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Waiting",
        "id": ["area", "year"],
        "size": [2, 2],
        "dimension": {
            "area": {"category": {"index": {"B": 1, "A": 0}, "label": {"A": "Alfa", "B": "Beta"}}},
            "year": {"category": {"index": ["2024", "2025"]}},
        },
        "value": [1, 2.5, None, 4],
        "status": {"2": ".."},
        **changes,
    }


def figures(document: object) -> list[tuple[str, Decimal | None, str | None]]:
    return [(cell.place, cell.value, cell.mark) for cell in cube_of(document).cells()]


def test_cells_come_in_the_order_of_the_index_not_of_the_object() -> None:
    assert figures(cube()) == [
        ("A, 2024", Decimal(1), None),
        ("A, 2025", Decimal("2.5"), None),
        ("B, 2024", None, ".."),
        ("B, 2025", Decimal(4), None),
    ]


def test_values_may_be_sparse_and_figures_may_be_text() -> None:
    values = {"0": "81.4", "3": ".."}

    assert figures(cube(value=values, status=None)) == [
        ("A, 2024", Decimal("81.4"), None),
        ("A, 2025", None, None),
        ("B, 2024", None, None),
        ("B, 2025", None, ".."),
    ]


def test_the_first_version_keeps_order_and_size_inside_the_dimension() -> None:
    document = cube()
    dimension = {**document["dimension"], "id": document.pop("id"), "size": document.pop("size")}

    assert figures({"dataset": {**document, "dimension": dimension}}) == figures(cube())


def test_a_dimension_with_one_category_may_have_no_index() -> None:
    only = {"category": {"label": {"total": "Total"}}}
    document = cube(
        id=["area", "year", "sex"], size=[2, 2, 1], dimension={**cube()["dimension"], "sex": only}, status=None
    )

    assert figures(document)[0] == ("A, 2024, total", Decimal(1), None)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"dataset": 5},
        cube(size=[2, 3]),
        cube(value=[1, 2, 3]),
        cube(value={"7": 1}),
        cube(id=["area", "month"]),
        cube(id=[["area"]]),
        cube(dimension={"area": {}, "year": {}}),
        cube(dimension={**cube()["dimension"], "area": {"category": {"index": {"A": 0, "B": 5}}}}),
        cube(dimension={**cube()["dimension"], "area": {"category": {"index": {"A": "x", "B": 1}}}}),
    ],
)
def test_what_is_no_cube_is_refused(document: object) -> None:
    with pytest.raises(SchemaChanged):
        cube_of(document)


@pytest.mark.parametrize(
    ("file", "count", "known"),
    [
        ("jsonstat/three_dim_v1.json", 24, 24),
        ("jsonstat/eurostat_gdp_IT.json", 69, 24),
        ("jsonstat/ssb_29843_v1.json", None, None),
        ("constructed/thl_cube_jsonstat.json", 4, 2),
        ("constructed/pxweb_jsonstat2.json", 4, 3),
    ],
)
def test_cubes_that_offices_publish_are_read(file: str, count: int | None, known: int | None) -> None:
    if not (SAMPLES / file).exists():
        pytest.skip("the sample cubes are not beside the repository")

    cells = list(cube_of(json.loads((SAMPLES / file).read_text("utf-8"))).cells())

    assert len(cells) == (count or len(cells)) > 0
    assert sum(cell.value is not None for cell in cells) == (known or sum(cell.value is not None for cell in cells)) > 0
