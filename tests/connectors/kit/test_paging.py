"""Paging ends, whatever the server says; a watermark goes forward, whatever the clocks say."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.kit.credentials import bearer, secret
from connectors.kit.paging import linked, numbered, skipping
from connectors.kit.watermarks import moved_to, read_from
from okr_engine.errors import CredentialsRefused, SourceUnavailable
from okr_engine.measuring.sources import Watermark

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECORDS = list(range(7))


def test_links_are_followed_to_the_last_page() -> None:
    following = {"a": "b", "b": "c", "c": None}

    assert list(linked("a", lambda url: url, next_of=lambda page: following[page])) == ["a", "b", "c"]


def test_links_in_a_circle_are_left() -> None:
    pages = linked("a", lambda url: url, next_of=lambda page: "b" if page == "a" else "a")

    with pytest.raises(SourceUnavailable):
        list(pages)


@pytest.mark.parametrize("take", [3, None])
def test_skipping_ends_where_the_records_do(take: int | None) -> None:
    assert list(skipping(lambda skip: RECORDS[skip : skip + 3], take=take)) == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_server_that_ignores_skip_is_not_read_for_ever() -> None:
    assert list(skipping(lambda skip: RECORDS)) == [RECORDS]


def test_an_empty_page_or_a_repeated_one_is_the_end_of_numbered_pages() -> None:
    assert list(numbered(lambda page: RECORDS[page * 4 : page * 4 + 4], first=0)) == [[0, 1, 2, 3], [4, 5, 6]]
    assert list(numbered(lambda page: RECORDS)) == [RECORDS]


def test_reading_on_begins_before_the_watermark() -> None:
    assert read_from(Watermark(moment=NOW), timedelta(hours=48)) == NOW - timedelta(hours=48)
    assert read_from(None, timedelta(hours=48)) is None


@pytest.mark.parametrize(
    ("known", "latest", "expected"),
    [
        (None, NOW - timedelta(hours=1), NOW - timedelta(hours=1)),
        (NOW - timedelta(days=1), NOW - timedelta(days=2), NOW - timedelta(days=1)),
        (NOW - timedelta(days=1), None, NOW - timedelta(days=1)),
        (None, NOW + timedelta(days=900), NOW),
        (None, None, None),
    ],
)
def test_a_watermark_never_goes_back_nor_into_the_future(
    known: datetime | None, latest: datetime | None, expected: datetime | None
) -> None:
    assert moved_to(Watermark(moment=known) if known else None, latest, NOW).moment == expected


def test_a_secret_is_read_when_it_is_needed_and_missed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_A", " key ")
    monkeypatch.delenv("OKR_SECRET_B", raising=False)

    assert bearer("OKR_SECRET_A") == {"Authorization": "Bearer key"}
    assert bearer(None) == {}
    with pytest.raises(CredentialsRefused, match="OKR_SECRET_B"):
        secret("OKR_SECRET_B")
