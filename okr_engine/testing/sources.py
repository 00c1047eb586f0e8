"""The promises of a source, each a function that a test calls with a case.

A third party's whole test file:

    @pytest.mark.parametrize("promise", PROMISES, ids=named)
    def test_our_source_keeps_its_promises(promise: Promise) -> None:
        promise(SourceCase(source=our.source, settings={…}, client=our_client))
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NoReturn

import httpx
from pydantic import ValidationError

from okr_engine.errors import AddressRefused, InputError, InvalidEvent, SourceError
from okr_engine.measuring.events import Event, pseudonym
from okr_engine.measuring.sources import Batch, Record, Source, SourceSettings, Watermark, batches
from okr_engine.measuring.tables import TABLES

MOST_PAGES = 10_000
_KEY = b"conformance-key-0123456789"
_SECRET_WORDS = ("password", "secret", "token", "api_key")


def _no_network() -> httpx.Client:
    def refuse(request: httpx.Request) -> NoReturn:
        raise AssertionError(f"asked {request.url} although the case has no server")

    return httpx.Client(transport=httpx.MockTransport(refuse))


def _broken_network() -> httpx.Client:
    def break_off(request: httpx.Request) -> NoReturn:
        raise httpx.ConnectError("nobody there", request=request)

    return httpx.Client(transport=httpx.MockTransport(break_off))


@dataclass(frozen=True)
class SourceCase:
    """A source with payloads to read: good ones, at least one that cannot be used, and the persons named in them.

    `identifiers` are the persons' identifiers as the payloads spell them; `set_aside` is how many records make no
    event. `reaches_out` is false for a source that does not use the network.
    """

    source: Source[Any]
    settings: Mapping[str, Any]
    client: Callable[[], httpx.Client] = _no_network
    now: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    identifiers: tuple[str, ...] = ()
    set_aside: int = 1
    reaches_out: bool = True

    def read(self, *, since: Watermark | None = None, key: bytes = _KEY) -> list[Batch]:
        """Everything the source gives, as batches."""
        settings = self.checked_settings()
        with self.client() as client:
            given = batches(
                self.source,
                settings,
                client,
                since=since,
                now=self.now,
                person_key=lambda identifier: pseudonym(identifier, key),
            )
            return list(islice(given, MOST_PAGES))

    def checked_settings(self) -> SourceSettings:
        """The settings as their model reads them."""
        return self.source.Settings.model_validate(self.settings)


Promise = Callable[[SourceCase], None]


def named(value: object) -> str:
    """The name of a promise or of a case, for pytest's `ids`."""
    return getattr(value, "__name__", type(value).__name__).replace("_", " ")


def pages_end(case: SourceCase) -> None:
    """Reading comes to an end by itself."""
    found = case.read()

    assert 0 < len(found) < MOST_PAGES, f"{len(found)} pages"
    assert sum(len(batch.events) for batch in found) > 0, "the payloads make no event at all"


def rereading_is_harmless(case: SourceCase) -> None:
    """Reading twice tells the same events."""
    once, again = (_events(case.read()) for _ in range(2))

    assert _contents(once) == _contents(again), "two readings of one payload differ"


def events_are_canonical(case: SourceCase) -> None:
    """Every event belongs to a canonical table and names where it comes from."""
    system = case.checked_settings().source_system
    for event in _events(case.read()):
        table = TABLES[event.table]
        assert set(event.values) == set(table.names)
        assert event.values.get("source_system", event.values.get("source")) == system


def a_record_that_cannot_be_used_is_set_aside_with_its_place(case: SourceCase) -> None:
    """One bad record costs one record: it is counted, found again by its place, and the rest goes on."""
    found = case.read()
    aside = [each for batch in found for each in batch.set_aside]

    assert len(aside) == case.set_aside, [str(each.place) for each in aside]
    assert all(str(each.place) and each.reason.key for each in aside)
    assert len({str(each.place) for each in aside}) == len(aside), "two records share one place"


def persons_leave_only_as_keyed_hashes(case: SourceCase) -> None:
    """No identifier of a person is in an event or in the reason of a set-aside record; the hash follows the key."""
    found = case.read()
    said = repr([(batch.events, batch.set_aside, batch.watermark) for batch in found])
    keys = {event.values.get("person_key") for event in _events(found)} - {None}
    others = {event.values.get("person_key") for event in _events(case.read(key=b"another-key-0123456789"))} - {None}

    assert [identifier for identifier in case.identifiers if identifier in said] == []
    tells_persons = any("person_key" in event.values for event in _events(found))
    assert bool(keys) == (tells_persons and bool(case.identifiers)), "persons are named and not told, or the reverse"
    assert keys.isdisjoint(others), "the hash does not depend on the key"


def the_watermark_moves_forward(case: SourceCase) -> None:
    """The watermark never goes back, survives being kept as JSON, and reading on from it is safe."""
    found = case.read()
    last = found[-1].watermark
    moments = [batch.watermark.moment for batch in found if batch.watermark and batch.watermark.moment]
    assert last is not None, "the last page has no watermark"
    assert moments == sorted(moments)
    assert all(moment <= case.now for moment in moments), "the watermark lies in the future"

    kept = Watermark.model_validate_json(last.model_dump_json())
    later = case.read(since=kept)

    assert kept == last
    assert set(_contents(_events(later))) <= set(_contents(_events(found))), "reading on invents events"
    after = [batch.watermark.moment for batch in later if batch.watermark and batch.watermark.moment]
    assert all(last.moment is None or moment >= last.moment for moment in after), "the watermark went back"


def reading_on_overlaps(case: SourceCase) -> None:
    """A watermark of the far past loses nothing: what was not read before it is read after it."""
    everything = _contents(_events(case.read()))

    from_long_ago = case.read(since=Watermark(moment=datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=1)))

    assert _contents(_events(from_long_ago)) == everything


def settings_are_checked(case: SourceCase) -> None:
    """Settings are refused when they hold what is not known; every field has a title to draw a form with."""
    model = case.source.Settings
    settings = case.checked_settings()

    assert model.model_validate(json.loads(settings.model_dump_json())) == settings
    for wrong in ({**case.settings, "no_such_setting": 1}, {**case.settings, "source_system": ""}):
        try:
            model.model_validate(wrong)
        except ValidationError:
            continue
        raise AssertionError(f"accepted {wrong}")
    assert [name for name, field in model.model_fields.items() if not field.title] == []


def secrets_are_kept_by_reference(case: SourceCase) -> None:
    """A setting for a secret holds the name of an environment variable, never the secret."""
    holding = [
        name
        for name in case.source.Settings.model_fields
        if any(word in name for word in _SECRET_WORDS) and not name.endswith(("_variable", "_address"))
    ]

    assert holding == []


def only_the_given_client_reaches_out(case: SourceCase) -> None:
    """Nothing is sent past the client that the source was handed."""
    with _sockets_closed():
        case.read()


def a_host_is_named_before_it_is_asked(case: SourceCase) -> None:
    """The settings name every host the source asks, so that others can be refused."""
    asked: set[str] = set()
    with case.client() as client:
        client.event_hooks["request"].append(lambda request: asked.add(request.url.host))
        for _ in case.source.pages(case.checked_settings(), client, since=None, now=case.now):
            pass

    assert asked <= case.checked_settings().hosts
    assert bool(asked) == case.reaches_out


def the_connection_can_be_tried(case: SourceCase) -> None:
    """Trying the connection is quiet where it works; where nobody answers, it says so in an error of ours."""
    with case.client() as client:
        case.source.probe(case.checked_settings(), client)
    if not case.reaches_out:
        return
    with _broken_network() as client:
        try:
            case.source.probe(case.checked_settings(), client)
        except (SourceError, AddressRefused, InputError):
            return
    raise AssertionError("nobody answered, and the trial was content")


def a_record_alone_makes_its_events(case: SourceCase) -> None:
    """`events_of` tells the same from the same record, whatever was read before it and without a connection."""
    settings = case.checked_settings()
    with case.client() as client:
        pages = list(case.source.pages(settings, client, since=None, now=case.now))
    records = [record for page in pages for record in page.records]

    with _sockets_closed():
        forward = [_told(case, record) for record in records]
        backward = [_told(case, record) for record in reversed(records)][::-1]

    assert forward == backward


PROMISES: tuple[Promise, ...] = (
    pages_end,
    rereading_is_harmless,
    events_are_canonical,
    a_record_that_cannot_be_used_is_set_aside_with_its_place,
    persons_leave_only_as_keyed_hashes,
    the_watermark_moves_forward,
    reading_on_overlaps,
    settings_are_checked,
    secrets_are_kept_by_reference,
    only_the_given_client_reaches_out,
    a_host_is_named_before_it_is_asked,
    the_connection_can_be_tried,
    a_record_alone_makes_its_events,
)


def _told(case: SourceCase, record: Record) -> list[str]:
    try:
        events = case.source.events_of(record, case.checked_settings(), person_key=lambda each: pseudonym(each, _KEY))
        return [_content(event) for event in events]
    except InvalidEvent as error:
        return [repr(error.what)]


def _events(found: list[Batch]) -> list[Event]:
    return [event for batch in found for event in batch.events]


def _content(event: Event) -> str:
    return repr((event.table, sorted(event.values.items(), key=lambda item: item[0])))


def _contents(events: list[Event]) -> list[str]:
    return sorted({_content(event) for event in events})


@contextmanager
def _sockets_closed() -> Iterator[None]:
    """Refuse every connection and every look-up of a name for a while."""

    def refuse(*asked: object, **more: object) -> NoReturn:
        raise AssertionError(f"reached out past the client: {asked} {more}")

    kept = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo
    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.socket.connect_ex = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse
    try:
        yield
    finally:
        socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = kept  # type: ignore[method-assign]
