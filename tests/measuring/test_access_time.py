"""Access in time: which limit a wait has, when it is met, late or undecided, and which limits may be used."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from okr_engine.errors import InvalidRules
from okr_engine.measuring.deadlines import Confidence, read_limits
from okr_engine.measuring.definition import Given, definition
from okr_engine.measuring.events import Event, local_day
from okr_engine.packaged import rules_folder
from okr_engine.periods import Period
from okr_engine.working_days import last_day
from tests.measuring.visits import LIMITS, NOW, ZONE, at, measured, stored, wait

LAST_IN_TIME = [
    # class, start, age, last day in time, why
    ("PTH_SAIR", "2023-08-31", 40, "2023-11-30", "3 months until 31 August 2023"),
    ("PTH_SAIR", "2023-09-01", 40, "2023-09-15", "14 days from 1 September 2023"),
    ("PTH_SAIR", "2024-12-31", 40, "2025-01-14", "the limit at the start, though the law changes the next day"),
    ("PTH_SAIR", "2025-01-01", 22, "2025-01-15", "14 days under 23"),
    ("PTH_SAIR", "2025-01-01", 23, "2025-04-01", "3 months from 23 on"),
    ("SUUN", "2024-10-31", 40, "2025-02-28", "4 months, and February has no 31st"),
    ("SUUN", "2024-11-01", 40, "2025-02-01", "3 months in November and December 2024"),
    ("SUUN", "2025-01-01", 40, "2025-07-01", "6 months from 23 on"),
    ("TERAPIA", "2025-05-01", 15, "2025-05-29", "28 days from 1 May 2025"),
    ("ESH_ARV", "2025-06-03", 40, "2025-06-24", "3 weeks"),
    ("LASU_ALOITUS", "2025-06-17", 5, "2025-06-27", "7 working days over Midsummer"),
    ("PTH_YHT", "2025-06-03", 40, "2025-06-03", "the same day"),
]


@pytest.mark.parametrize(("service_class", "start", "age", "last", "why"), LAST_IN_TIME)
def test_the_limit_is_that_of_the_day_the_wait_began(
    tmp_path: Path, service_class: str, start: str, age: int, last: str, why: str
) -> None:
    in_time = wait(1, service_class, start, last, age_at_start=age)
    day_late = wait(2, service_class, start, str(date.fromisoformat(last) + timedelta(days=1)), age_at_start=age)

    figure = measured("access_time", stored(tmp_path, [in_time, day_late]), last[:7]).figure

    assert (figure.numerator, figure.denominator) == (1, 2), why


def test_those_still_waiting_and_those_served_late_have_not_been_served_in_time(tmp_path: Path) -> None:
    waits = [
        wait(1, "ESH_ARV", "2025-06-02", "2025-06-20"),
        wait(2, "ESH_ARV", "2025-06-02", "2025-07-30"),
        wait(3, "ESH_ARV", "2025-06-02"),
        wait(4, "ESH_ARV", "2025-06-02", "2025-06-10", end_reason="PATIENT_CANCELLED"),
        wait(5, "ESH_ARV", "2025-06-02", "2025-06-25", end_reason="PATIENT_CANCELLED"),
    ]

    figure = measured("access_time", stored(tmp_path, waits)).figure

    assert (figure.numerator, figure.denominator) == (1, 4)
    assert figure.counted == {"served_late": 1, "withdrawn_late": 1, "still_waiting": 1, "withdrawn": 1}


def test_a_limit_that_has_not_run_out_is_pending(tmp_path: Path) -> None:
    folder = stored(tmp_path, [wait(1, "ESH_ARV", "2025-06-02"), wait(2, "ESH_ARV", "2025-06-02", "2025-06-23")])

    on_the_last_day = measured("access_time", folder, as_of=at("2025-06-23T23:59")).figure
    the_day_after = measured("access_time", folder, as_of=at("2025-06-24T00:01")).figure

    assert (on_the_last_day.numerator, on_the_last_day.denominator, on_the_last_day.pending) == (1, 1, 1)
    assert (the_day_after.numerator, the_day_after.denominator, the_day_after.pending) == (1, 2, 0)


def test_the_two_bases_count_different_waits(tmp_path: Path) -> None:
    waits = [
        wait(1, "ESH_ARV", "2025-05-20", "2025-06-02"),
        wait(2, "ESH_ARV", "2025-05-12", "2025-06-16"),
        wait(3, "ESH_ARV", "2025-05-12"),
    ]
    folder = stored(tmp_path, waits)

    by_deadline = measured("access_time", folder, basis="deadline").figure
    completed = measured("access_time", folder, basis="completed").figure

    assert (by_deadline.numerator, by_deadline.denominator) == (1, 3)
    assert (completed.numerator, completed.denominator) == (1, 2)


def test_an_unverified_limit_is_used_only_when_asked_for_and_then_says_so(tmp_path: Path) -> None:
    folder = stored(
        tmp_path, [wait(1, "VAMPA_2025", "2025-03-03", "2025-05-05"), wait(2, "ESH_ARV", "2025-06-02", "2025-06-03")]
    )

    silent = measured("access_time", folder)
    asked = measured("access_time", folder, include_unverified=True)

    assert (silent.figure.denominator, silent.figure.excluded["limit_unverified"]) == (1, 1)
    assert silent.limit_confidence == Confidence.VERIFIED
    assert (asked.figure.denominator, asked.limit_confidence) == (2, Confidence.UNVERIFIED)
    assert {limit.rule: one.n for limit, one in asked.limits} == {"H20": 1, "S10": 1}


def test_a_limit_of_unknown_length_is_never_guessed(tmp_path: Path) -> None:
    folder = stored(tmp_path, [wait(1, "PTH_LAAK_JATKO", "2025-06-02", "2025-06-03", age_at_start=23)])

    figure = measured("access_time", folder, include_unverified=True).figure

    assert (figure.value, figure.denominator, figure.excluded["no_limit"]) == (None, 0, 1)


def test_an_unknown_age_is_left_out_where_the_limit_depends_on_it(tmp_path: Path) -> None:
    folder = stored(
        tmp_path,
        [wait(1, "SUUN", "2025-06-02", age_at_start=None), wait(2, "ESH_ARV", "2025-06-02", age_at_start=None)],
    )

    figure = measured("access_time", folder).figure

    assert (figure.denominator, figure.excluded["age_unknown"]) == (1, 1)
    assert figure.coverage is not None
    assert float(figure.coverage) == 0.5


def test_medically_timed_waits_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    folder = stored(tmp_path, [wait(1, "ESH_ARV", "2025-06-02", medical_timing=True)])

    assert measured("access_time", folder).figure.excluded["medically_timed"] == 1
    assert measured("access_time", folder, include_medically_timed=True).figure.denominator == 1


def test_the_figure_is_broken_down_by_service_class(tmp_path: Path) -> None:
    folder = stored(
        tmp_path, [wait(1, "ESH_ARV", "2025-06-02", "2025-06-03"), wait(2, "SHL_TOIMEENPANO", "2025-03-10")]
    )

    groups = measured("access_time", folder, by="service_class").groups

    assert {name: (one.numerator, one.denominator) for name, one in groups.items()} == {
        "ESH_ARV": (1, 1),
        "SHL_TOIMEENPANO": (0, 1),
    }


def test_no_two_limits_hold_for_the_same_wait() -> None:
    changed = yaml.safe_load((rules_folder() / "statutory_limits.yaml").read_text("utf-8"))

    assert len(LIMITS.limits) == len(changed["limits"])
    assert all(not one.overlaps(other) for one in LIMITS.limits for other in LIMITS.limits if one is not other)


def test_a_mistake_in_the_limits_is_named(tmp_path: Path) -> None:
    content = yaml.safe_load((rules_folder() / "statutory_limits.yaml").read_text("utf-8"))
    content["limits"].append({**content["limits"][0], "rule": "H99"})
    (tmp_path / "statutory_limits.yaml").write_text(yaml.safe_dump(content))

    with pytest.raises(InvalidRules) as raised:
        read_limits(tmp_path)

    assert "H99" in str(raised.value.mistakes[0])


def test_every_limit_without_a_number_is_unverified() -> None:
    assert {one.confidence for one in LIMITS.limits if one.limit is None} == {Confidence.UNVERIFIED}


@pytest.mark.parametrize("basis", ["deadline", "completed"])
@pytest.mark.parametrize("told", [{}, {"include_unverified": True, "rollover": True}], ids=str)
def test_the_figure_is_that_of_a_slow_count_by_hand(tmp_path: Path, basis: str, told: dict[str, Any]) -> None:
    waits = random_waits(3_000, seed=7)
    folder = stored(tmp_path, waits)

    for period in ("2024-12", "2025-Q1", "2025-06"):
        for as_of in (NOW, at("2025-06-15T12:00")):
            found = measured("access_time", folder, period, as_of=as_of, basis=basis, **told).figure

            parameters = definition("access_time").with_defaults({"basis": basis, **told})
            slow = count_by_hand(waits, Period.parse(period), local_day(as_of, ZONE), parameters)
            assert (found.numerator, found.denominator, found.pending) == slow
            assert found.denominator


def random_waits(number: int, seed: int) -> list[Event]:
    chance = random.Random(seed)
    classes = sorted(LIMITS.classes)
    waits = []
    for place in range(number):
        start = date(2024, 6, 1) + timedelta(days=chance.randrange(400))
        length = chance.choice([None, 0, 1, 5, 7, 9, 10, 11, 14, 15, 21, 22, 28, 30, 60, 89, 90, 91, 92, 180, 184])
        waits.append(
            wait(
                place,
                chance.choice(classes),
                start.isoformat(),
                None if length is None else (start + timedelta(days=length)).isoformat(),
                end_reason=None
                if length is None
                else chance.choice(["SERVED", "SERVED", "PATIENT_CANCELLED", "OTHER"]),
                age_at_start=chance.choice([None, 5, 17, 18, 22, 23, 40, 75, 76]),
                medical_timing=chance.choice([None, False, True]),
            )
        )
    return waits


def count_by_hand(
    waits: Sequence[Event], period: Period, today: date, told: Mapping[str, Given]
) -> tuple[int, int, int]:
    """Numerator, denominator and pending, wait by wait in plain Python."""
    met = counted = pending = 0
    for one in waits:
        row: dict[str, Any] = dict(one.values)
        deadline = deadline_by_hand(row, told)
        if deadline is None or row["medical_timing"] or row["start_date_local"] > today:
            continue
        ended = row["end_date_local"] if row["end_date_local"] and row["end_date_local"] <= today else None
        served = row["end_reason"] in (None, "SERVED")
        if told["basis"] == "completed":
            if ended and served and period.start <= ended <= period.end:
                counted += 1
                met += ended <= deadline
        elif period.start <= deadline <= period.end:
            if ended and not served and ended <= deadline:
                continue
            if ended is None and deadline >= today:
                pending += 1
                continue
            counted += 1
            met += bool(ended and served and ended <= deadline)
    return met, counted, pending


def deadline_by_hand(row: Mapping[str, Any], told: Mapping[str, Given]) -> date | None:
    start, age = row["start_date_local"], row["age_at_start"]
    for limit in LIMITS.limits:
        if limit.service_class != row["service_class"] or not limit.valid_from <= start <= limit.valid_to:
            continue
        if (limit.age_min, limit.age_max) != (0, 200) and (age is None or not limit.age_min <= age <= limit.age_max):
            continue
        if limit.limit is None or limit.unit is None or limit.unit == "schoolday":
            return None
        if not limit.confidence.is_verified and not told["include_unverified"]:
            return None
        return last_day(start, limit.limit, limit.unit, rollover=bool(told["rollover"]))
    return None
