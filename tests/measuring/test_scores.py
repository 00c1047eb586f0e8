"""Survey scores, volumes, lead times and progress: golden numbers small enough to count on fingers."""

from decimal import Decimal
from pathlib import Path

import pytest

from okr_engine.measuring.events import Event, event, pseudonym
from okr_engine.measuring.measure import in_millions
from tests.measuring.visits import KEY, answer, at, measured, stored, wait


def observation(area: str, **told: object) -> Event:
    values: dict[str, object] = {
        "source": "test",
        "indicator": "roadmap",
        "area_id": area,
        "period_start": "2025-06-01",
        "period_end": "2025-06-30",
    }
    return event("observation", **{**values, **told})


def service(number: int, **told: object) -> Event:
    values: dict[str, object] = {
        "source_system": "test",
        "source_event_id": str(number),
        "person_key": pseudonym("Aino", KEY),
        "unit_id": "U1",
        "contact_kind": "reception",
        "start_ts_utc": at("2025-06-10T10:00"),
        "start_date_local": "2025-06-10",
        "status": "finished",
    }
    return event("service_event", **{**values, **told})


def test_nps_is_promoters_less_detractors_and_may_be_negative(tmp_path: Path) -> None:
    folder = stored(tmp_path, [answer(place, value) for place, value in enumerate([10, 9, 8, 7, 6, 0, 3, None])])

    figure = measured("nps", folder).figure

    assert (figure.value, figure.numerator, figure.denominator, figure.n) == (Decimal(-14), -1, 7, 7)
    assert (figure.counted["promoters"], figure.counted["passives"], figure.counted["detractors"]) == (2, 2, 3)
    assert figure.excluded == {"blank": 1, "out_of_range": 0}


def test_nps_of_two_units_is_added_up_from_answers_and_not_averaged(tmp_path: Path) -> None:
    answers = [answer(1, 10, unit_id="U1"), *(answer(place, 0, unit_id="U2") for place in range(2, 5))]

    found = measured("nps", stored(tmp_path, answers), by="unit")

    assert found.figure.value == Decimal(-50)
    assert {unit: one.value for unit, one in found.groups.items()} == {"U1": Decimal(100), "U2": Decimal(-100)}


def test_the_response_rate_is_told_where_it_is_known_how_many_were_invited(tmp_path: Path) -> None:
    invited = observation("U1", indicator="survey_invited", value=8)

    figure = measured("nps", stored(tmp_path, [answer(1, 10), answer(2, None), invited])).figure

    assert (figure.counted["invited"], figure.response_rate, figure.n) == (8, Decimal("0.25"), 1)


def test_csat_is_the_share_of_the_satisfied_or_the_mean(tmp_path: Path) -> None:
    answers = [answer(place, value, metric="CSAT") for place, value in enumerate([5, 4, 3, 1])]
    folder = stored(tmp_path, [*answers, answer(9, 7, metric="CSAT", scale_min=1, scale_max=7)])

    share, mean = measured("csat", folder).figure, measured("csat", folder, method="mean").figure

    assert (share.value, share.numerator, share.denominator) == (Decimal("50.0"), 2, 4)
    assert (mean.value, mean.numerator, mean.denominator) == (Decimal("3.25"), 13, 4)
    assert share.excluded["other_scale"] == 1


def test_ces_counts_those_who_found_it_easy(tmp_path: Path) -> None:
    folder = stored(tmp_path, [answer(place, value, metric="CES") for place, value in enumerate([7, 5, 4])])

    assert measured("ces", folder).figure.value == Decimal("66.7")


def test_what_counts_as_one_service_event_is_decided_by_the_definition(tmp_path: Path) -> None:
    nurse, doctor = (
        service(1, profession="nurse", service_event_oid="1.2.3"),
        service(2, profession="doctor", service_event_oid="1.2.3"),
    )
    later = service(3, start_ts_utc=at("2025-06-10T12:00"))
    call = service(4, contact_kind="without_contact")
    folder = stored(tmp_path, [nurse, doctor, later, call, service(5, status="cancelled")])

    assert measured("service_events", folder).figure.numerator == 2
    assert measured("service_events", folder, one_event="registration").figure.numerator == 3
    assert measured("service_events", folder, include_without_contact=True).figure.numerator == 3
    assert measured("service_events", folder).figure.excluded["not_held"] == 1


def test_events_for_each_client_are_told_by_segment(tmp_path: Path) -> None:
    hours = range(10, 13)
    events = [service(hour, start_ts_utc=at(f"2025-06-10T{hour}:00"), segment="old") for hour in hours]
    eino = service(20, person_key=pseudonym("Eino", KEY), segment="young")

    found = measured("service_events", stored(tmp_path, [*events, eino]), per="client", by="segment")

    assert (found.figure.value, found.figure.denominator) == (Decimal("2.00"), 2)
    assert {name: one.value for name, one in found.groups.items()} == {"old": Decimal("3.00"), "young": Decimal("1.00")}


@pytest.mark.parametrize(
    ("count", "shown"), [(2_595_000, "2.60"), (2_594_999, "2.59"), (2_565_000, "2.57"), (0, "0.00")]
)
def test_millions_are_rounded_once_half_up_from_the_whole_count(count: int, shown: str) -> None:
    assert str(in_millions(count)) == shown


def test_lead_time_is_told_as_median_ninetieth_percentile_or_share_within_target(tmp_path: Path) -> None:
    days = [1, 2, 3, 4, 5, 6, 7, 8, 9, 29]
    folder = stored(
        tmp_path, [wait(place, "ANY", "2025-06-01", f"2025-06-{1 + day:02}") for place, day in enumerate(days)]
    )

    median, p90 = measured("lead_time", folder).figure, measured("lead_time", folder, statistic="p90").figure
    within = measured("lead_time", folder, statistic="within_target", target_days=5).figure

    assert (median.value, p90.value, median.n) == (Decimal("5.5"), Decimal("9.0"), 10)
    assert (within.value, within.numerator, within.denominator) == (Decimal("50.00"), 5, 10)


def test_progress_is_the_newest_percentage_told(tmp_path: Path) -> None:
    folder = stored(tmp_path, [observation("U1", value=30, period_end="2025-06-15"), observation("U1", value=45)])

    assert measured("progress", folder, indicator="roadmap").figure.value == Decimal("45.0")


def test_progress_of_several_areas_comes_from_numerators_and_denominators(tmp_path: Path) -> None:
    areas = [
        observation("U1", numerator=1, denominator=2),
        observation("U2", numerator=2, denominator=8),
        observation("U3", value=90),
    ]

    figure = measured("progress", stored(tmp_path, areas), indicator="roadmap").figure

    assert (figure.value, figure.excluded["without_denominator"]) == (Decimal("30.0"), 1)
