"""JSON-stat, versions 1 and 2: a statistical cube becomes one row per cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from math import prod
from typing import Any

from okr_engine.errors import SchemaChanged
from okr_engine.words import message

# A cube is read whole; the statistics offices cut their answers far below this.
MOST_CELLS = 5_000_000


@dataclass(frozen=True)
class Cell:
    """One cell: the code of each dimension, the value where there is one, and the office's mark (as `..`) where not."""

    place: str
    codes: Mapping[str, str]
    value: Decimal | None
    mark: str | None


@dataclass(frozen=True)
class Cube:
    """The dimensions in order, each with its codes in order and their labels, and the cells in row-major order."""

    label: str
    updated: str | None
    codes: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, Mapping[str, str]]
    decimals: Mapping[str, int]
    values: Mapping[int, Any]
    marks: Mapping[int, str]

    def cells(self) -> Iterator[Cell]:
        """Every cell, the empty ones included."""
        for number, codes in enumerate(product(*self.codes.values())):
            value, mark = _number(self.values.get(number))
            place = ", ".join(codes)
            yield Cell(place, dict(zip(self.codes, codes, strict=True)), value, self.marks.get(number, mark))


def cube_of(document: object) -> Cube:
    """The cube in a JSON-stat document of any version; SchemaChanged says what is not as the format demands."""
    dataset = _dataset(document)
    dimension = dataset["dimension"]
    names = _texts(dataset.get("id", dimension.get("id")))
    sizes = dataset.get("size", dimension.get("size"))
    codes = {name: _codes(dimension, name) for name in names}
    if not names or sizes != [len(codes[name]) for name in names]:
        raise _odd("size")
    count = prod(sizes)
    if count > MOST_CELLS:
        raise SchemaChanged(
            message("sources.cube_too_large", count=count, limit=MOST_CELLS),
            remedy=message("sources.cube_too_large_remedy"),
        )
    categories = {name: dimension[name]["category"] for name in names}
    units = [each.get("unit") for each in categories.values()]
    return Cube(
        label=str(dataset.get("label") or ""),
        updated=dataset.get("updated"),
        codes=codes,
        labels={name: {code: _label(categories[name], code) for code in codes[name]} for name in names},
        decimals={
            code: unit["decimals"]
            for each in units
            if isinstance(each, Mapping)
            for code, unit in each.items()
            if isinstance(unit, Mapping) and isinstance(unit.get("decimals"), int)
        },
        values=_by_number(dataset.get("value"), count),
        marks={number: str(mark) for number, mark in _by_number(_marks(dataset), count).items() if mark is not None},
    )


def _dataset(document: object) -> Mapping[str, Any]:
    """The dataset itself: the document, what it holds under `dataset`, or its only bundled dataset."""
    if isinstance(document, Mapping):
        for each in (document, *document.values()):
            if isinstance(each, Mapping) and isinstance(each.get("dimension"), Mapping):
                return each
    raise _odd("dimension")


def _codes(dimension: Mapping[str, Any], name: str) -> tuple[str, ...]:
    try:
        category = dimension[name]["category"]
        index = category.get("index", list(category.get("label", ())))
    except (KeyError, TypeError, AttributeError) as error:
        raise _odd(name) from error
    if isinstance(index, Mapping):
        order = sorted(index, key=lambda code: _position(index[code], name))
        if [index[code] for code in order] != list(range(len(order))):
            raise _odd(name)
        return tuple(order)
    return tuple(_texts(index))


def _position(value: object, name: str) -> int:
    if not isinstance(value, int):
        raise _odd(name)
    return value


def _texts(value: object) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _odd("id")
    return value


def _label(category: Mapping[str, Any], code: str) -> str:
    labels = category.get("label")
    return str(labels.get(code, code)) if isinstance(labels, Mapping) else code


def _marks(dataset: Mapping[str, Any]) -> object:
    status = dataset.get("status")
    if isinstance(status, Mapping) and isinstance(status.get("value"), list):
        return status["value"]
    return status


def _by_number(values: object, count: int) -> dict[int, Any]:
    """Values given as a list, as a sparse object, or once for all cells."""
    if isinstance(values, list):
        if len(values) not in (0, count):
            raise _odd("value")
        return dict(enumerate(values))
    if isinstance(values, Mapping):
        if not all(key.isdecimal() and int(key) < count for key in values):
            raise _odd("value")
        return {int(key): value for key, value in values.items()}
    return dict.fromkeys(range(count), values) if isinstance(values, str) else {}


def _number(value: object) -> tuple[Decimal | None, str | None]:
    """A value, or the mark that stands in its place; some offices write figures as text."""
    if value is None:
        return None, None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None, str(value)
    return (number, None) if number.is_finite() else (None, str(value))


def _odd(part: str) -> SchemaChanged:
    return SchemaChanged(message("sources.not_json_stat", part=part), remedy=message("sources.schema_remedy"))
