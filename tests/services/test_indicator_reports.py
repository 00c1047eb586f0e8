"""An indicator, whole: what a figure rests on, where it comes from, and what was told before."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from okr_engine.errors import NotFound
from okr_engine.model import Source
from okr_engine.services.indicator_reports import IndicatorReport, Origin, indicator_report, indicators_seen
from tests.services.pulled_county import Q3, PulledCounty, pulled_county, scripted, wait
from tests.services.small_county import Q1, Q2, SmallCounty
from tests.services.test_query_counts import counted


@pytest.fixture
def county(memory_engine: Engine, tmp_path: Path) -> PulledCounty:
    county = pulled_county(memory_engine, tmp_path)
    county.change(Source, settings={"source_system": "x"})
    waits = [wait(number, 10 if number % 4 else 30, unit_id=f"unit {number % 3}") for number in range(120)]
    county.pull(**scripted(waits))
    return county


def report(county: PulledCounty, code: str = "access", **more: object) -> IndicatorReport:
    return small(county).see("viewer", indicator_report, code, None, **more)


def small(county: PulledCounty) -> SmallCounty:
    return SmallCounty(county.installation.engine, county.installation.rulebooks)


def test_a_computed_figure_says_what_it_was_computed_from(county: PulledCounty) -> None:
    found = report(county)

    assert (found.shown.value, found.shown.numerator, found.shown.denominator) == (
        Decimal(75),
        Decimal(90),
        Decimal(120),
    )
    assert found.shown.origin == Origin.COMPUTED
    assert found.shown.lineage is not None
    [part] = found.shown.lineage["parts"]
    assert (part["table"], part["month"], part["events"], part["runs"]) == (
        "waiting_episode",
        "2025-07",
        120,
        ["registers-1"],
    )


def test_a_share_has_an_interval_around_it(county: PulledCounty) -> None:
    interval = report(county).interval

    assert interval is not None
    assert interval.low < 0.75 < interval.high


def test_units_with_shares_stand_in_a_funnel(county: PulledCounty) -> None:
    found = report(county)

    assert [one.name for one in found.shown.groups] == ["unit 0", "unit 1", "unit 2"]
    assert found.funnel is not None
    assert found.funnel.overall == pytest.approx(0.75)


def test_the_definition_is_told_in_words_with_its_parameters_and_sql(county: PulledCounty) -> None:
    known = report(county).definition

    assert known is not None
    assert (known.kpi, known.version, known.source_code) == ("access_time", "1", "registers")
    assert known.what.fi
    assert known.cannot_say.sv
    assert {name: value for name, value, _ in known.parameters}["basis"] == "deadline"
    assert "waiting_episode" in known.sql


def test_every_restatement_is_told_with_its_reason(county: PulledCounty) -> None:
    county.watch.now += timedelta(days=1)
    county.pull(**scripted([wait(0, 5, unit_id="unit 0", version_no=2)]))

    newest, first = report(county).revisions

    assert (first.value, newest.value) == (Decimal(75), (Decimal(9100) / 120).quantize(Decimal("1e-12")))
    assert "registers-2" in str(newest.reason)
    assert newest.is_restated
    assert not first.is_restated


def test_an_entered_figure_has_no_definition_and_no_lineage(county: PulledCounty) -> None:
    found = report(county, "promise", at=Q1)

    assert (found.shown.period, found.shown.value) == (Q1, Decimal("90.81"))
    assert (found.definition, found.shown.lineage, found.funnel) == (None, None, None)
    assert [code for code, _ in found.goals] == ["A1"]
    assert [one.period for one in found.figures] == [Q1, Q2]


def test_an_indicator_of_a_unit_that_is_not_ours_is_not_found(county: PulledCounty) -> None:
    for who, code in (("outsider", "access"), ("viewer", "no-such")):
        with pytest.raises(NotFound):
            small(county).see(who, indicator_report, code, None)
    assert small(county).see("outsider", indicators_seen) == []


def test_the_list_and_the_report_ask_as_often_for_many_figures_as_for_few(county: PulledCounty) -> None:
    with counted(county.installation.engine) as few:
        small(county).see("viewer", indicators_seen)
        report(county)
    county.watch.now += timedelta(days=200)
    county.pull(**scripted([wait(1000 + n, 10, start=Q3.shifted(1).start, unit_id=f"unit {n}") for n in range(30)]))

    with counted(county.installation.engine) as many:
        small(county).see("viewer", indicators_seen)
        report(county)

    assert len(many) == len(few)
