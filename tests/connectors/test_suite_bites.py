"""The conformance suite notices a source that breaks a promise."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pydantic import Field

from connectors.feedbackly.source import Settings as OtherSettings
from okr_engine.errors import Place
from okr_engine.measuring.events import Event, event
from okr_engine.measuring.sources import Page, Record, SourceSettings, Watermark
from okr_engine.testing import sources as suite
from okr_engine.testing.sources import Promise, SourceCase

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Untitled(SourceSettings):
    password: str = Field(default="x", title="sources.token_variable")
    forgotten: str = ""


def pages(settings: Any, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    good = [Record(Place(file="f", line=number), {"id": str(number)}) for number in (1, 2)]
    yield Page([*good, Record(Place(file="f", line=3), {"id": ""})], Watermark(moment=DAY))


def events_of(record: Record, settings: Any, *, person_key: Callable[[str], str]) -> list[Event]:
    return [told(record, person_key=person_key("010190-123A"))]


def told(record: Record, **values: Any) -> Event:
    return event(
        "visit",
        **{
            "source_system": "s",
            "source_event_id": record.content["id"],
            "unit_id": "u",
            "kind": "ED",
            "arrival_ts_utc": DAY,
            "arrival_date_local": DAY.date(),
            **values,
        },
    )


def backwards(settings: Any, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    yield from pages(settings, client, since=since, now=now)
    yield Page((), Watermark(moment=DAY - timedelta(days=1)))


def endless(settings: Any, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    while True:
        yield Page(())


def reaching_out(settings: Any, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    httpx.get("http://127.0.0.1:9/")
    yield Page(())


def placeless(settings: Any, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    for page in pages(settings, client, since=since, now=now):
        yield Page([Record(Place(), record.content) for record in page.records], page.watermark)


def count_up() -> Callable[..., list[Event]]:
    readings = iter(range(1_000))
    return lambda record, settings, *, person_key: [told(record, version_no=next(readings))]


def case_with(**broken: Any) -> SourceCase:
    parts = {"Settings": SourceSettings, "probe": lambda settings, client: None, "pages": pages, "events_of": events_of}
    return SourceCase(
        source=SimpleNamespace(**{**parts, **broken}),
        settings={"source_system": "s"},
        identifiers=("010190-123A",),
        reaches_out=False,
    )


@pytest.mark.parametrize("promise", suite.PROMISES, ids=suite.named)
def test_a_good_source_passes(promise: Promise) -> None:
    promise(case_with())


@pytest.mark.parametrize(
    ("promise", "broken"),
    [
        (suite.pages_end, {"pages": endless}),
        (suite.rereading_is_harmless, {"events_of": count_up()}),
        (suite.a_record_alone_makes_its_events, {"events_of": count_up()}),
        (
            suite.events_are_canonical,
            {"events_of": lambda record, settings, *, person_key: [told(record, source_system="x")]},
        ),
        (suite.a_record_that_cannot_be_used_is_set_aside_with_its_place, {"pages": placeless}),
        (
            suite.persons_leave_only_as_keyed_hashes,
            {"events_of": lambda record, settings, *, person_key: [told(record, triage="010190-123A")]},
        ),
        (
            suite.persons_leave_only_as_keyed_hashes,
            {"events_of": lambda record, settings, *, person_key: [told(record, person_key="0" * 64)]},
        ),
        (suite.the_watermark_moves_forward, {"pages": backwards}),
        (suite.settings_are_checked, {"Settings": Untitled}),
        (suite.secrets_are_kept_by_reference, {"Settings": Untitled}),
        (suite.settings_are_checked, {"Settings": OtherSettings}),
        (suite.only_the_given_client_reaches_out, {"pages": reaching_out}),
    ],
)
def test_a_broken_promise_is_noticed(promise: Promise, broken: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, ValueError)):
        promise(case_with(**broken))
