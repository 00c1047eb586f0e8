"""Returns to emergency care: who counts, from when, until when, and what is not known yet."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okr_engine.measuring.definition import Given, definition
from okr_engine.measuring.events import Event, Value
from okr_engine.measuring.measure import Question, built_in
from okr_engine.periods import Period
from tests.measuring.visits import NOW, ZONE, at, measured, random_visits, stored, visit

FIRST = at("2025-06-10T10:00")


def hours_later(hours: float) -> datetime:
    return FIRST + timedelta(hours=hours)


def test_a_chain_of_three_visits_is_three_episodes_and_two_returns(tmp_path: Path) -> None:
    folder = stored(
        tmp_path, [visit(1, "Aino", FIRST), visit(2, "Aino", hours_later(40)), visit(3, "Aino", hours_later(90))]
    )

    figure = measured("revolving_door", folder).figure

    assert (figure.numerator, figure.denominator, figure.pending) == (2, 3, 0)
    assert str(figure.value) == "66.67"


def test_persons_can_be_counted_instead_of_episodes(tmp_path: Path) -> None:
    folder = stored(tmp_path, [visit(1, "Aino", FIRST), visit(2, "Aino", hours_later(40)), visit(3, "Eino", FIRST)])

    figure = measured("revolving_door", folder, count="persons").figure

    assert (figure.numerator, figure.denominator) == (1, 2)


@pytest.mark.parametrize(("minutes", "returned"), [(0, 1), (1, 0), (-1, 1)])
def test_exactly_seventy_two_hours_after_leaving_is_a_return(tmp_path: Path, minutes: int, returned: int) -> None:
    back = hours_later(2 + 72) + timedelta(minutes=minutes)
    folder = stored(tmp_path, [visit(1, "Aino", FIRST, hours=2), visit(2, "Aino", back)])

    assert measured("revolving_door", folder).figure.numerator == returned


def test_the_clock_may_start_at_the_arrival(tmp_path: Path) -> None:
    folder = stored(tmp_path, [visit(1, "Aino", FIRST, hours=2), visit(2, "Aino", hours_later(73))])

    assert measured("revolving_door", folder, clock_start="arrival").figure.numerator == 0
    assert measured("revolving_door", folder, clock_start="departure").figure.numerator == 1


@pytest.mark.parametrize("night", ["2025-03-30T01:00", "2025-10-26T01:00"])
def test_seventy_two_hours_are_as_long_over_a_change_of_clocks(tmp_path: Path, night: str) -> None:
    left = at(night).astimezone(UTC) + timedelta(hours=2)
    visits = [
        visit(1, "Aino", at(night), hours=2),
        visit(2, "Aino", left + timedelta(hours=72)),
        visit(3, "Eino", at(night), hours=2),
        visit(4, "Eino", left + timedelta(hours=72, minutes=1)),
    ]

    figure = measured("revolving_door", stored(tmp_path, visits), night[:7]).figure

    assert figure.numerator == 1


def test_a_planned_visit_is_no_return_and_hides_none(tmp_path: Path) -> None:
    visits = [
        visit(1, "Aino", FIRST),
        visit(2, "Aino", hours_later(20), planned=True),
        visit(3, "Aino", hours_later(50)),
    ]

    figure = measured("revolving_door", stored(tmp_path, visits)).figure

    assert (figure.numerator, figure.denominator) == (2, 3)


def test_a_transfer_is_one_episode_that_ends_where_the_person_left(tmp_path: Path) -> None:
    visits = [
        visit(1, "Aino", FIRST, hours=3, unit_id="U1", disposition="TRANSFER"),
        visit(2, "Aino", hours_later(3), hours=5, unit_id="U2"),
        visit(3, "Aino", hours_later(30), unit_id="U1", disposition="ADMITTED"),
    ]

    found = measured("revolving_door", stored(tmp_path, visits), by="unit")

    assert (found.figure.numerator, found.figure.denominator) == (1, 1)
    assert found.groups["U2"].denominator == 1
    assert found.figure.counted["ended_elsewhere"] == 1


def test_a_registration_inside_another_changes_nothing(tmp_path: Path) -> None:
    visits = [visit(1, "Aino", FIRST, hours=8), visit(2, "Aino", hours_later(2), hours=1, disposition="ADMITTED")]

    figure = measured("revolving_door", stored(tmp_path, visits)).figure

    assert (figure.numerator, figure.denominator) == (0, 1)


def test_an_open_window_is_pending_and_not_without_return(tmp_path: Path) -> None:
    folder = stored(tmp_path, [visit(1, "Aino", FIRST), visit(2, "Eino", hours_later(24))])

    figure = measured("revolving_door", folder, as_of=hours_later(2 + 72)).figure

    assert (figure.numerator, figure.denominator, figure.pending) == (0, 1, 1)


def test_a_return_after_the_end_of_the_period_is_seen(tmp_path: Path) -> None:
    folder = stored(tmp_path, [visit(1, "Aino", at("2025-06-30T20:00")), visit(2, "Aino", at("2025-07-02T20:00"))])

    assert measured("revolving_door", folder).figure.numerator == 1


def test_periods_are_those_of_the_local_calendar(tmp_path: Path) -> None:
    folder = stored(
        tmp_path,
        [visit(1, "Aino", at("2025-06-30T23:00"), hours=0.9), visit(2, "Eino", at("2025-06-30T23:00"), hours=1)],
    )

    assert measured("revolving_door", folder, "2025-06").figure.denominator == 1
    assert measured("revolving_door", folder, "2025-07").figure.denominator == 1
    assert measured("revolving_door", folder, "2025").figure.denominator == 2


def test_at_the_same_unit_only_its_own_registrations_are_known(tmp_path: Path) -> None:
    folder = stored(tmp_path, [visit(1, "Aino", FIRST), visit(2, "Aino", hours_later(20), unit_id="U2")])

    assert measured("revolving_door", folder).figure.numerator == 1
    assert measured("revolving_door", folder, site="same_unit").figure.numerator == 0


def test_what_cannot_be_used_is_left_out_and_counted(tmp_path: Path) -> None:
    visits = [
        visit(1, "Aino", FIRST),
        visit(2, None, FIRST),
        visit(3, "Eino", FIRST, status="cancelled"),
        visit(4, "Oiva", FIRST, hours=24 * 15),
        visit(5, "Oili", FIRST, hours=None),
        visit(6, "Impi", FIRST, disposition="UNKNOWN"),
        visit(7, "Olli", FIRST, disposition="LWBS"),
    ]

    figure = measured("revolving_door", stored(tmp_path, visits)).figure

    assert figure.denominator == 1
    assert figure.excluded == {
        "disposition_unknown": 1,
        "unlinkable": 1,
        "not_held": 1,
        "ends_before_start": 0,
        "too_long": 1,
        "without_departure": 1,
    }
    assert figure.coverage is not None
    assert f"{figure.coverage:.4f}" == f"{1 / 6:.4f}"


def test_those_who_left_without_being_seen_count_when_asked(tmp_path: Path) -> None:
    folder = stored(tmp_path, [visit(1, "Aino", FIRST, disposition="LWBS")])

    assert measured("revolving_door", folder).figure.denominator == 0
    assert measured("revolving_door", folder, include_left=True).figure.denominator == 1


PARAMETERS: list[dict[str, Any]] = [
    {},
    {"clock_start": "arrival"},
    {"site": "same_unit"},
    {"site": "same_area", "include_left": True},
    {"merge_gap_hours": 6},
    {"window_hours": 168, "longest_days": 2},
]


@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
@pytest.mark.parametrize("period", ["2025-02", "2025-03"])
def test_the_figure_is_that_of_a_slow_count_by_hand(
    random_folder: "Random", period: str, parameters: dict[str, Any]
) -> None:
    for as_of in (NOW, at("2025-03-20T12:00")):
        found = measured("revolving_door", random_folder.folder, period, as_of=as_of, **parameters).figure

        slow = count_by_hand(
            random_folder.events, Period.parse(period), as_of, definition("revolving_door").with_defaults(parameters)
        )
        assert (found.numerator or 0, found.denominator or 0, found.pending) == slow


def test_the_figure_of_a_hundred_thousand_visits_is_that_of_a_slow_count_by_hand(tmp_path: Path) -> None:
    events = random_visits(100_000, seed=20251126)

    found = measured("revolving_door", stored(tmp_path, events), "2025-Q1").figure

    slow = count_by_hand(events, Period.parse("2025-Q1"), NOW, definition("revolving_door").with_defaults({}))
    assert (found.numerator, found.denominator, found.pending) == slow
    assert slow[0] > 5_000


@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
def test_a_month_alone_gives_the_same_as_reading_everything(
    random_folder: "Random", parameters: dict[str, Any]
) -> None:
    for period in ("2025-02", "2025-03", "2025-04"):
        alone = measured("revolving_door", random_folder.folder, period, **parameters)
        whole = measured("revolving_door", random_folder.folder, period, whole=True, **parameters)

        assert alone.figure == whole.figure
        assert alone.figure.denominator


@pytest.mark.parametrize("hours", [13.9 * 24, 14 * 24])
def test_a_month_alone_knows_an_episode_that_began_long_before_it(tmp_path: Path, hours: float) -> None:
    begun = at("2025-06-01T10:00") - timedelta(hours=hours + 13 * 24)
    visits = [
        visit(1, "Aino", begun, hours=hours, disposition="TRANSFER"),
        visit(2, "Aino", begun.astimezone(UTC) + timedelta(hours=hours), hours=13 * 24),
    ]
    folder = stored(tmp_path, visits)

    alone, whole = (measured("revolving_door", folder, whole=all_of_it).figure for all_of_it in (False, True))

    assert alone == whole
    assert alone.excluded["too_long"] == 1


def test_the_order_of_events_and_files_does_not_matter(random_folder: "Random", tmp_path: Path) -> None:
    shuffled = list(random_folder.events)
    random.Random(2).shuffle(shuffled)
    for part in range(3):
        stored(tmp_path, shuffled[part::3])

    assert (
        measured("revolving_door", tmp_path, "2025-03").figure
        == measured("revolving_door", random_folder.folder, "2025-03").figure
    )


def test_the_figure_of_all_units_is_the_sum_of_theirs(random_folder: "Random") -> None:
    found = measured("revolving_door", random_folder.folder, "2025-03", by="unit")

    assert sum(one.n for one in found.groups.values()) == found.figure.n
    for unit, one in found.groups.items():
        alone = measured("revolving_door", random_folder.folder, "2025-03", unit=unit).figure
        assert alone == one


@dataclass(frozen=True)
class Random:
    folder: Path
    events: list[Event]


@pytest.fixture(scope="module")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Random:
    events = random_visits(6_000, seed=20250622)
    return Random(stored(tmp_path_factory.mktemp("random"), events), events)


Episode = dict[str, Any]


def count_by_hand(
    events: Sequence[Event], period: Period, as_of: datetime, told: Mapping[str, Given]
) -> tuple[int, int, int]:
    """Numerator, denominator and pending, person by person in plain Python, on all events."""
    start, end = (built_in(Question(period, as_of), ZONE)[name] for name in ("from_moment", "to_moment"))
    numerator = denominator = pending = 0
    for episodes in episodes_by_person(events, as_of, told).values():
        for place, one in enumerate(episodes):
            left = one["departure"]
            if left is None or not start <= left.replace(tzinfo=None) < end:
                continue
            if left - one["began"] > timedelta(days=int(told["longest_days"])):
                continue
            if one["disposition"] != "HOME" and not (one["disposition"] == "LWBS" and told["include_left"]):
                continue
            closes = (one["began"] if told["clock_start"] == "arrival" else left) + timedelta(
                hours=int(told["window_hours"])
            )
            if closes > as_of:
                pending += 1
                continue
            denominator += 1
            later = [each["began"] for each in episodes[place + 1 :] if not each["planned"]]
            numerator += any(began <= closes for began in later)
    return numerator, denominator, pending


def episodes_by_person(
    events: Sequence[Event], as_of: datetime, told: Mapping[str, Given]
) -> dict[tuple[Value, Value], list[Episode]]:
    site = {"any": None, "same_unit": "unit_id", "same_area": "area_id"}[str(told["site"])]
    legs: dict[tuple[Value, Value], list[Episode]] = {}
    for one in events:
        row: Episode = dict(one.values)
        if (
            row["kind"] != "ED"
            or row["status"] == "cancelled"
            or not row["person_key"]
            or row["arrival_ts_utc"] > as_of
        ):
            continue
        departure = row["departure_ts_utc"]
        if departure and departure - row["arrival_ts_utc"] > timedelta(days=int(told["longest_days"])):
            continue
        row["departure"] = departure if departure and departure <= as_of else None
        row["until"] = row["departure"] or row["arrival_ts_utc"]
        legs.setdefault((row["person_key"], site and row[site]), []).append(row)
    return {key: merged(those, timedelta(hours=int(told["merge_gap_hours"]))) for key, those in legs.items()}


def merged(legs: list[Episode], gap: timedelta) -> list[Episode]:
    """Legs that touch or overlap become one episode that ends as its last leg to end does."""
    episodes: list[Episode] = []
    for leg in sorted(legs, key=lambda one: (one["arrival_ts_utc"], one["until"], one["source_event_id"])):
        if episodes and leg["arrival_ts_utc"] <= episodes[-1]["until"] + gap:
            if leg["until"] >= episodes[-1]["until"]:
                last = {name: leg[name] for name in ("until", "departure", "disposition", "unit_id")}
                episodes[-1].update(last)
        else:
            episodes.append({**leg, "began": leg["arrival_ts_utc"], "planned": bool(leg["planned"])})
    return episodes
