"""An indicator, whole: what a figure rests on, where it comes from, and what was told before."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.database import writing
from okr_engine.errors import NotFound
from okr_engine.measuring.deadlines import read_limits
from okr_engine.model import (
    BreakKind,
    Calculation,
    ComparabilityBreak,
    Indicator,
    Measurement,
    MeasureUnit,
    NoDataReason,
    OrgUnit,
    Polarity,
    Source,
)
from okr_engine.services.figure_series import series_of
from okr_engine.services.figure_views import Origin
from okr_engine.services.goal_reports import goal_report
from okr_engine.services.indicator_lists import IndicatorLine, indicators_seen
from okr_engine.services.indicator_reports import IndicatorReport, indicator_report
from okr_engine.services.unit_views import Verdict
from okr_engine.statistics.funnel import Place
from tests.services.pulled_county import Q3, PulledCounty, pulled_county, scripted, wait
from tests.services.small_county import FIRST_LINE_OWNER, NOW, Q1, Q2, TODAY, VIEWER, SmallCounty
from tests.services.test_query_counts import counted

UNITS = {"north": (90, 100), "south": (91, 100), "east": (80, 100), "west": (3, 4)}


@pytest.fixture
def county(memory_engine: Engine, tmp_path: Path) -> PulledCounty:
    """Access times of 120 waits in three units, computed by the first run."""
    county = pulled_county(memory_engine, tmp_path)
    county.change(Source, settings={"source_system": "x"})
    waits = [wait(number, 10 if number % 4 else 30, unit_id=f"unit {number % 3}") for number in range(120)]
    county.pull(**scripted(waits))
    return county


@pytest.fixture
def written(memory_engine: Engine) -> SmallCounty:
    """The small county, in which a test writes figures as a run would."""
    return SmallCounty.laid_out(memory_engine)


def small(county: PulledCounty) -> SmallCounty:
    return SmallCounty(county.installation.engine, county.installation.rulebooks)


def report(county: PulledCounty | SmallCounty, code: str = "access", **more: Any) -> IndicatorReport:
    place = small(county) if isinstance(county, PulledCounty) else county
    return place.see(VIEWER, indicator_report, code, None, **more)


def line_of(lines: list[IndicatorLine], code: str) -> IndicatorLine:
    return next(one for one in lines if one.code == code)


def record(county: SmallCounty, code: str, **figure: Any) -> None:
    """A figure of the whole county in the third quarter, as a run would have recorded it."""
    lineage = {"run": {"source": "registers", "number": 7}, "pending": 0, **figure.pop("lineage", {})}
    with writing(county.engine, actor="test", now=NOW) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == code)).one()
        whole = session.exec(select(OrgUnit).where(OrgUnit.code == "county")).one()
        session.add(
            Measurement(
                indicator_id=indicator.id,
                unit_id=whole.id,
                period=Q3,
                period_start=Q3.start,
                recorded_at=NOW,
                recorded_by="schedule",
                source="run:registers-7",
                lineage=lineage,
                **figure,
            )
        )


def share_of(units: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """A share with its units, as a definition counts them."""
    count, of = (sum(pair[at] for pair in units.values()) for at in (0, 1))
    groups = {
        name: {"value": str(Decimal(100 * one) / whole), "numerator": one, "denominator": whole, "n": whole}
        for name, (one, whole) in units.items()
    }
    return {
        "value": Decimal(100 * count) / of,
        "numerator": Decimal(count),
        "denominator": Decimal(of),
        "lineage": {"n": of, "numerator": count, "denominator": of, "groups": groups},
    }


def calculate(county: SmallCounty, code: str, **more: Any) -> None:
    """Say that the county's figure is computed, and from how many events at least."""
    with writing(county.engine, actor="test", now=NOW) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == code)).one()
        whole = session.exec(select(OrgUnit).where(OrgUnit.code == "county")).one()
        source = Source(code="registers", name_fi="Rekisterit", connector="demo", unit_id=whole.id)
        session.add(source)
        session.flush()
        session.add(
            Calculation(
                indicator_id=indicator.id,
                unit_id=whole.id,
                source_id=source.id,
                kpi="access_time",
                first_period=Q1,
                **more,
            )
        )


def test_a_computed_figure_says_what_it_was_computed_from(county: PulledCounty) -> None:
    shown = report(county).shown

    assert (shown.observed.value, shown.numerator, shown.denominator) == (Decimal(75), Decimal(90), Decimal(120))
    assert shown.origin == Origin.COMPUTED
    assert shown.lineage is not None
    assert (shown.lineage.run, shown.lineage.source_code, shown.lineage.n) == ("registers-1", "registers", 120)
    [part] = shown.lineage.parts
    assert (part.table, part.month, part.events, part.runs) == ("waiting_episode", "2025-07", 120, ("registers-1",))


def test_the_limits_a_figure_rests_on_are_told_with_their_words_and_how_they_are_known(county: PulledCounty) -> None:
    lineage = report(county, limits=read_limits()).shown.lineage

    assert lineage is not None
    one = lineage.limits[0]
    assert one.limit is not None
    assert (one.section, one.limit.limit) == ("Terveydenhuoltolaki 51 a §", 14)
    assert one.class_name.fi == "Kiireetön sairaanhoito perusterveydenhuollossa"
    assert sum(each.n for each in lineage.limits) == 120


def test_limits_of_another_version_lend_a_figure_no_words(county: PulledCounty) -> None:
    today = read_limits().model_copy(update={"version": "2030.1"})
    lineage = report(county, limits=today).shown.lineage

    assert lineage is not None
    assert {(one.limit, bool(one.class_name)) for one in lineage.limits} == {(None, False)}
    assert lineage.limits[0].section == "Terveydenhuoltolaki 51 a §"


def test_a_note_gets_its_days_and_periods_back(written: SmallCounty) -> None:
    values = {"until": "2025-09-20", "period": "2025-Q3", "said": "x"}
    record(written, "promise", value=Decimal(1), lineage={"notes": [{"key": "k", "values": values}]})

    lineage = report(written, "promise").shown.lineage

    assert lineage is not None
    assert lineage.notes[0].values == {"until": date(2025, 9, 20), "period": Q3, "said": "x"}


def test_a_share_has_an_interval_in_the_unit_of_the_figure(county: PulledCounty) -> None:
    interval = report(county).interval

    assert interval is not None
    assert interval.low < 75 < interval.high


def test_a_net_promoter_score_has_an_interval_of_its_answers(written: SmallCounty) -> None:
    answers = {"promoters": 70, "passives": 20, "detractors": 10}
    record(written, "nps", value=Decimal(60), lineage={"n": 100, "counted": answers})

    interval = report(written, "nps").interval

    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((45.27, 71.24), abs=0.01)


@pytest.mark.parametrize(("count", "of", "is_too_few"), [(9, 9, True), (9, 10, False)])
def test_a_share_of_fewer_than_ten_has_no_interval_and_says_so(
    written: SmallCounty, count: int, of: int, is_too_few: bool
) -> None:
    record(written, "promise", **share_of({"north": (count, of)}))

    found = report(written, "promise")

    assert (found.interval is None, found.too_few_for_interval) == (is_too_few, is_too_few)


@pytest.mark.parametrize(("numerator", "denominator"), [("120.5", "150"), ("50", "150")])
def test_a_percentage_that_is_no_share_of_counts_has_no_interval(
    written: SmallCounty, numerator: str, denominator: str
) -> None:
    record(written, "promise", value=Decimal("80.3"), numerator=Decimal(numerator), denominator=Decimal(denominator))

    found = report(written, "promise")

    assert (found.interval, found.too_few_for_interval) == (None, False)


def test_a_figure_of_too_few_tells_how_many_and_nothing_it_could_be_computed_from(written: SmallCounty) -> None:
    behind = share_of(UNITS) | {"value": None, "no_data_reason": NoDataReason.TOO_FEW_ANSWERS}
    behind["lineage"] |= {"counted": {"responses": 300}, "excluded": {"blank": 3}, "coverage": "0.99"}
    record(written, "promise", **behind)

    found = report(written, "promise")

    assert found.shown.is_too_few
    assert (found.shown.n, found.shown.numerator, found.shown.denominator) == (304, None, None)
    assert (found.units, found.funnel, found.interval) == ((), None, None)
    assert found.shown.lineage is not None
    assert (found.shown.lineage.counted, found.shown.lineage.excluded, found.shown.lineage.coverage) == ({}, {}, None)
    assert found.lines[-1].numerator is None


def test_units_with_shares_stand_in_a_funnel(county: PulledCounty) -> None:
    found = report(county)

    assert [one.name for one in found.units] == ["unit 0", "unit 1", "unit 2"]
    assert {one.place for one in found.units} == {Place.WITHIN}
    assert found.funnel is not None
    assert found.funnel.overall == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("better", "verdict"),
    [(Polarity.HIGHER, Verdict.WORSE), (Polarity.LOWER, Verdict.BETTER), (Polarity.NEITHER, Verdict.DIFFERENT)],
)
def test_a_unit_outside_the_limits_is_good_or_bad_by_which_way_is_better(
    written: SmallCounty, better: Polarity, verdict: Verdict
) -> None:
    with writing(written.engine, actor="test", now=NOW) as session:
        session.exec(select(Indicator).where(Indicator.code == "promise")).one().better = better
    record(written, "promise", **share_of({"a": (900, 1000), "b": (905, 1000), "c": (700, 1000)}))

    units = {one.name: one for one in report(written, "promise").units}

    assert units["c"].place == Place.BELOW_998
    assert units["c"].verdict == verdict


def test_a_small_unit_is_withheld_and_another_so_that_it_cannot_be_subtracted(written: SmallCounty) -> None:
    calculate(written, "promise", fewest=20)
    record(written, "promise", **share_of(UNITS))

    found = report(written, "promise")

    withheld = [one for one in found.units if one.is_withheld]
    assert [one.name for one in withheld] == ["north", "west"]
    assert {(one.value, one.numerator, one.denominator, one.place) for one in withheld} == {(None, None, None, None)}


def test_a_withheld_unit_is_drawn_nowhere_but_counts_in_the_share_of_all(written: SmallCounty) -> None:
    calculate(written, "promise", fewest=20)
    record(written, "promise", **share_of({**UNITS, "centre": (95, 100)}))

    funnel = report(written, "promise").funnel

    assert funnel is not None
    assert {unit.name for unit in funnel.units}.isdisjoint({"west"})
    assert funnel.overall == pytest.approx((90 + 91 + 80 + 3 + 95) / 404)


def test_two_units_are_a_table_without_a_funnel(written: SmallCounty) -> None:
    record(written, "promise", **share_of({"north": (90, 100), "south": (91, 100)}))

    found = report(written, "promise")

    assert found.funnel is None
    assert [one.name for one in found.units] == ["north", "south"]


def test_a_unit_of_the_events_is_called_by_its_name_here(written: SmallCounty) -> None:
    record(written, "promise", **share_of({"county.first-line": (90, 100), "elsewhere": (91, 100)}))

    assert [one.called.fi for one in report(written, "promise").units] == ["Ensilinja", None]


def test_the_definition_is_told_in_words_with_its_parameters_and_sql(county: PulledCounty) -> None:
    known = report(county).definition

    assert known is not None
    assert (known.kpi, known.version, known.source_code) == ("access_time", "1", "registers")
    assert known.what.fi
    assert known.cannot_say.sv
    assert {one.name: one.value for one in known.parameters}["basis"] == "deadline"
    assert "waiting_episode" in known.sql


def test_every_restatement_tells_what_was_what_became_of_it_when_by_which_run_and_why(county: PulledCounty) -> None:
    county.watch.now += timedelta(days=1)
    county.pull(**scripted([wait(0, 5, unit_id="unit 0", version_no=2)]))

    [one] = report(county).restatements

    assert (one.was.value, one.became.value) == (Decimal(75), (Decimal(9100) / 120).quantize(Decimal("1e-12")))
    assert (one.run, one.at) == ("registers-2", county.watch.now)
    assert "registers-2" in str(one.became.reason)


def test_a_figure_somebody_vouched_for_is_still_computed(county: PulledCounty) -> None:
    with writing(county.installation.engine, actor="test", now=NOW) as session:
        session.exec(select(Measurement).where(Measurement.source == "run:registers-1")).one().source = "person:x"

    assert report(county).shown.origin == Origin.COMPUTED
    newest = line_of(small(county).see(VIEWER, indicators_seen), "access").newest
    assert newest is not None
    assert newest.origin == Origin.COMPUTED


def test_an_imported_figure_has_no_definition_and_no_lineage(county: PulledCounty) -> None:
    found = report(county, "promise", at=Q1)

    assert (found.shown.period, found.shown.observed.value) == (Q1, Decimal("90.81"))
    assert found.shown.origin == Origin.IMPORTED
    assert (found.definition, found.shown.lineage, found.funnel, found.units) == (None, None, None, ())
    assert [code for code, _ in found.goals] == ["A1"]
    assert [one.observed.period for one in found.lines] == [Q1, Q2]


def test_a_survey_tells_how_many_of_those_asked_answered(written: SmallCounty) -> None:
    shown = report(written, "nps").shown

    assert (shown.n, shown.response_rate) == (420, Decimal(420) / 900)


def test_a_break_that_was_withdrawn_is_not_told(written: SmallCounty) -> None:
    with writing(written.engine, actor="test", now=NOW) as session:
        promise = session.exec(select(Indicator).where(Indicator.code == "promise")).one()
        for day, withdrawn in ((date(2025, 2, 1), True), (date(2025, 3, 1), False)):
            session.add(
                ComparabilityBreak(
                    indicator_id=promise.id,
                    day=day,
                    kind=BreakKind.SYSTEM,
                    withdrawn=withdrawn,
                    recorded_at=NOW,
                    recorded_by="test",
                )
            )

    assert [(one.day, one.kind) for one in report(written, "promise").series.breaks] == [
        (date(2025, 3, 1), BreakKind.SYSTEM)
    ]


def test_an_indicator_of_a_unit_that_is_not_ours_is_not_found(county: PulledCounty) -> None:
    for who, code in (("outsider", "access"), ("viewer", "no-such"), (FIRST_LINE_OWNER, "access")):
        with pytest.raises(NotFound):
            small(county).see(who, indicator_report, code, None)
    with pytest.raises(NotFound):
        small(county).see(FIRST_LINE_OWNER, indicator_report, "promise", "county.integrated")


def test_a_goal_leads_to_a_figure_only_where_its_unit_may_be_read(written: SmallCounty) -> None:
    found = {who: written.see(who, goal_report, "A1", Q2, today=TODAY) for who in (FIRST_LINE_OWNER, VIEWER)}

    assert [one.may_be_traced for one in found[FIRST_LINE_OWNER].key_results] == [True]
    assert [one.may_be_traced for one in found[FIRST_LINE_OWNER].kpis] == [False]
    assert [one.may_be_traced for one in found[VIEWER].kpis] == [True]


def test_the_list_holds_what_may_be_read_and_no_more(written: SmallCounty) -> None:
    seen = {
        who: {one.code for one in written.see(who, indicators_seen)} for who in ("outsider", FIRST_LINE_OWNER, VIEWER)
    }

    assert seen == {"outsider": set(), FIRST_LINE_OWNER: {"promise"}, VIEWER: {"events", "nps", "promise"}}


def test_the_list_tells_the_newest_figure_or_why_it_is_missing(written: SmallCounty) -> None:
    record(written, "events", value=None, no_data_reason=NoDataReason.SOURCE_FAILED)

    lines = [one for one in written.see(VIEWER, indicators_seen) if one.code in ("events", "promise")]

    told = [
        (one.code, one.unit_code, one.newest.period, one.newest.value, one.newest.no_data_reason)
        for one in lines
        if one.newest
    ]
    assert told == [
        ("events", "county", Q3, None, NoDataReason.SOURCE_FAILED),
        ("events", "county.integrated", Q1, Decimal("139.4"), None),
        ("promise", "county.first-line", Q2, Decimal("70.11"), None),
    ]


def test_the_list_says_through_which_definition_a_figure_is_measured(county: PulledCounty) -> None:
    lines = small(county).see(VIEWER, indicators_seen)

    assert line_of(lines, "promise").measured_by is None
    measured_by = line_of(lines, "access").measured_by
    assert measured_by is not None
    assert measured_by.en == "Access to services within the statutory time"


def test_an_indicator_that_a_key_result_uses_is_listed_before_it_is_measured(
    memory_engine: Engine, tmp_path: Path
) -> None:
    county = pulled_county(memory_engine, tmp_path)

    assert line_of(small(county).see(VIEWER, indicators_seen), "access").newest is None


def test_the_list_and_the_report_ask_as_often_for_many_figures_as_for_few(county: PulledCounty) -> None:
    with counted(county.installation.engine) as few:
        small(county).see(VIEWER, indicators_seen)
        report(county)
    county.watch.now += timedelta(days=200)
    county.pull(**scripted([wait(1000 + n, 10, start=Q3.shifted(1).start, unit_id=f"unit {n}") for n in range(30)]))
    with writing(county.installation.engine, actor="test", now=NOW) as session:
        for number in range(40):
            session.add(Indicator(code=f"more-{number}", name_fi="Lisää", unit=MeasureUnit.PERCENT))

    with counted(county.installation.engine) as many:
        small(county).see(VIEWER, indicators_seen)
        report(county)

    assert len(many) == len(few)


def test_a_figure_of_the_series_carries_its_counts_and_its_interval(written: SmallCounty) -> None:
    record(written, "promise", **share_of(UNITS))

    figure = report(written, "promise").series.figures[-1]

    assert (figure.numerator, figure.denominator, figure.n) == (Decimal(264), Decimal(304), 304)
    assert figure.interval_low is not None
    assert figure.interval_high is not None
    assert figure.interval_low < Decimal(264) * 100 / 304 < figure.interval_high


def test_a_goals_series_is_as_sure_as_the_indicators(written: SmallCounty) -> None:
    lineage = {"n": 40, "counted": {"promoters": 25, "passives": 10, "detractors": 5}}
    record(written, "promise", value=Decimal(50), lineage=lineage)
    indicator = written.rows(select(Indicator).where(Indicator.code == "promise"))[0].id

    series = written.ask(series_of, [indicator], None)

    figure = report(written, "promise").series.figures[-1]
    assert figure.interval_low is not None
    assert figure in [one for unit in series.values() for one in unit.values()]


def test_a_figure_that_is_not_told_for_want_of_answers_carries_no_counts(written: SmallCounty) -> None:
    few = {"numerator": Decimal(2), "denominator": Decimal(3), "lineage": {"n": 3}}
    record(written, "promise", value=None, no_data_reason=NoDataReason.TOO_FEW_ANSWERS, **few)

    figure = report(written, "promise").series.figures[-1]

    assert (figure.numerator, figure.denominator, figure.n, figure.interval_low) == (None, None, None, None)
