"""JSON pointers (RFC 6901): the way to a value inside a record."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import StringConstraints

from connectors.kit.columns import check_columns

Pointer = Annotated[str, StringConstraints(pattern=r"^(/[^/]*)*$", max_length=500)]


def value_at(document: object, pointer: str, default: Any = None) -> Any:
    """The value that `pointer` leads to, or `default`; the empty pointer is the whole document."""
    found: Any = document
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return default
    return found


def pointed_rows(answers: Iterable[Sequence[Any]], wanted: Collection[str], *, source: str) -> Iterator[Sequence[Any]]:
    """The answers as they are; SchemaChanged, naming the pointers, where none of the first records has them.

    A field may be missing from one record; one that is missing from all of an answer has been renamed.
    """
    checked = False
    for records in answers:
        if records and not checked:
            found = {
                pointer for pointer in wanted for each in records if value_at(each, pointer, _ABSENT) is not _ABSENT
            }
            check_columns(found, wanted, source=source)
            checked = True
        yield records


_ABSENT = object()
