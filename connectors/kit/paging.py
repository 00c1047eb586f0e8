"""Ways in which servers cut long answers into pages; each ends, whatever the server says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from okr_engine.errors import SchemaChanged, SourceUnavailable
from okr_engine.words import message

MOST_PAGES = 100_000


def linked(first: str, fetch: Callable[[str], Any], *, next_of: Callable[[Any], str | None]) -> Iterator[Any]:
    """Pages that each name the next one's address; a server that leads in a circle is left."""
    seen: set[str] = set()
    address: str | None = first
    while address is not None:
        if address in seen or len(seen) >= MOST_PAGES:
            raise _endless()
        seen.add(address)
        page = fetch(address)
        yield page
        address = next_of(page)


def skipping(fetch: Callable[[int], Sequence[Any]], *, take: int | None = None) -> Iterator[Sequence[Any]]:
    """Pages asked for by how many records to skip, until one is empty, repeats itself, or has less than `take`."""
    skip, before = 0, None
    for _ in range(MOST_PAGES):
        records = fetch(skip)
        if not records or records == before:
            return
        yield records
        if take is not None and len(records) < take:
            return
        skip, before = skip + len(records), records
    raise _endless()


def numbered(fetch: Callable[[int], Sequence[Any]], *, first: int = 1) -> Iterator[Sequence[Any]]:
    """Pages asked for by number; an empty one, or one that repeats the page before it, is the end."""
    before: Sequence[Any] | None = None
    for number in range(first, first + MOST_PAGES):
        records = fetch(number)
        if not records or records == before:
            return
        yield records
        before = records
    raise _endless()


def records_in(page: object, key: str, *, source: str) -> Sequence[Any]:
    """The list under `key` of a JSON object; SchemaChanged where there is none."""
    found = page.get(key) if isinstance(page, Mapping) else None
    if not isinstance(found, list):
        raise SchemaChanged(
            message("sources.no_records", source=source, key=key), remedy=message("sources.schema_remedy")
        )
    return found


def _endless() -> SourceUnavailable:
    return SourceUnavailable(message("sources.endless_pages"), remedy=message("sources.endless_pages_remedy"))
