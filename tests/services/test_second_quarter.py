"""The county's second quarter, from its workbook to its statuses and its one corrective action."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, select

from okr_engine.access import OPERATOR
from okr_engine.database import moment_of, reading, supersede, writing
from okr_engine.model import ComparabilityBreak, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import in_force_from, rulebook_of
from okr_engine.services.demo import DemoCase, load_demo
from okr_engine.services.evaluation import evaluate
from okr_engine.services.installation import Rulebooks, read_rulebooks
from okr_engine.services.standings import quarters_decided
from okr_engine.services.status_facts import STRENGTH
from okr_engine.services.status_report import status_report

LOADED = datetime(2025, 8, 15, 9, tzinfo=UTC)
QUARTER = Period.parse("2025-Q2")


@pytest.fixture(scope="module")
def rulebooks() -> Rulebooks:
    return read_rulebooks()


@pytest.fixture
def county(memory_engine: Engine, rulebooks: Rulebooks) -> Engine:
    with writing(memory_engine, actor="operator", now=LOADED) as session:
        quarters = load_demo(session, OPERATOR, DemoCase.COUNTY)
        evaluate(session, OPERATOR, quarters, rulebooks)
    return memory_engine


EXPECTED = [
    ("A1.1", 70.11, 100, "challenges"),
    ("A1.2", 90, 80, "on_track"),
    ("A1.3", 86.6, 90, "on_track"),
    ("A2.1", 139.2, None, "on_track"),
    ("A2.2", 50, 100, "on_track"),
    ("A1.NPS", 85.5, None, "not_assessed"),
    ("A1.access", 89.4, None, "not_assessed"),
    ("A1.revolving", 4.8, None, "not_assessed"),
    ("A2.access", 89.4, None, "not_assessed"),
    ("A2.events", 2.57, None, "on_track"),
    ("A2.NPS", 85.5, None, "not_assessed"),
]


@pytest.mark.parametrize(("code", "value", "target", "status"), EXPECTED)
def test_each_figure_gets_the_status_the_county_expects(
    county: Engine, code: str, value: float, target: float | None, status: str
) -> None:
    found = key_result(report(county), code)

    assert (found["value"], found["target"], found["status"]) == (value, target, status)
    assert all(found["reason"].values())


def test_a_worse_value_across_a_break_is_not_called_worsening(county: Engine) -> None:
    found = key_result(report(county), "A1.1")

    assert "crosses_break" in found["flags"]
    assert "improved_by" not in found["facts"]
    assert "vertailukelpoisuuden katko" in found["reason"]["fi"]


def test_without_the_break_the_same_fall_needs_support(county: Engine, rulebooks: Rulebooks) -> None:
    with writing(county, actor="operator", now=LOADED + timedelta(days=1)) as session:
        known = session.exec(select(ComparabilityBreak)).one()
        withdrawn = ComparabilityBreak(
            **known.model_dump(exclude={"id", "recorded_at", "withdrawn", "revision"}),
            recorded_at=moment_of(session),
            withdrawn=True,
        )
        supersede(session, known, withdrawn)
        session.flush()
        evaluate(session, OPERATOR, [QUARTER], rulebooks)

    found = key_result(report(county), "A1.1")
    assert found["status"] == "needs_support"
    assert found["facts"]["improved_by"] == -20.7
    assert len([action for goal in report(county)["goals"] for action in goal["actions"]]) == 1


def test_a_direction_without_a_number_is_flagged_and_how_few_figures_it_rests_on(county: Engine) -> None:
    assert key_result(report(county), "A2.1")["flags"] == ["no_number_set", "direction_rests_on_few_figures"]


def test_the_path_expects_half_of_the_way_at_half_of_the_year(county: Engine) -> None:
    found = report(county)

    assert key_result(found, "A1.3")["facts"]["expected"] == 79.75
    assert key_result(found, "A2.2")["facts"]["expected"] == 50


def test_progress_behind_its_path_was_challenges_in_the_first_quarter(county: Engine) -> None:
    found = key_result(report(county, Period.parse("2025-Q1")), "A2.2")

    assert (found["value"], found["facts"]["expected"], found["status"]) == (21, 25, "challenges")


def test_a_goal_stands_as_its_worst_key_result_with_counts_and_coverage(county: Engine) -> None:
    goals = {goal["code"]: goal for goal in report(county)["goals"]}

    a1, a2 = goals["A1"], goals["A2"]
    assert (a1["status"], a1["counts"]["challenges"], a1["counts"]["on_track"]) == ("challenges", 1, 2)
    assert (a1["measured"], a1["of"]) == (3, 3)
    assert (a2["status"], a2["measured"], a2["of"]) == ("on_track", 2, 2)


def test_the_missed_statutory_promise_raises_one_action_with_its_chain(county: Engine) -> None:
    actions = [action for goal in report(county)["goals"] for action in goal["actions"]]

    [action] = actions
    assert (action["key_result"], action["raised_in"], action["state"]) == ("A1.1", "2025-Q2", "raised")
    assert [link["role"] for link in action["chain"]] == ["goal_owner", "sponsor", "leadership_group"]
    assert all(link["name"]["fi"] for link in action["chain"])


def test_an_earlier_quarter_does_not_show_a_later_quarters_action(county: Engine) -> None:
    assert [goal["actions"] for goal in report(county, Period.parse("2025-Q1"))["goals"]] == [[], []]


def test_a_half_yearly_kpi_is_not_assessed_in_the_first_quarter_and_says_why(county: Engine) -> None:
    found = key_result(report(county, Period.parse("2025-Q1")), "A2.events")

    assert (found["value"], found["status"], found["rule"]) == (None, "not_assessed", "not_measured_in_this_quarter")


def test_an_evaluation_anew_puts_a_quarter_before_the_rules_of_its_time_not_before_newer_ones(
    county: Engine, rulebooks: Rulebooks
) -> None:
    newer = rulebook_of(rulebooks.status.yaml.replace('version: "2025.2"', 'version: "2026.1"'), "status.yaml")
    before = key_result(report(county), "A1.1")

    with writing(county, actor="operator", now=LOADED + timedelta(days=1)) as session:
        evaluate(session, OPERATOR, [QUARTER], replace(rulebooks, status=newer), anew=True)

    assert key_result(report(county), "A1.1") == before


def test_rules_decide_no_quarter_before_the_first_ones_were_in_force(
    memory_engine: Engine, rulebooks: Rulebooks
) -> None:
    later = rulebook_of(in_force_from(rulebooks.status.yaml, date(2025, 4, 1)), "status.yaml")

    with writing(memory_engine, actor="operator", now=LOADED) as session:
        quarters = load_demo(session, OPERATOR, DemoCase.COUNTY)
        evaluate(session, OPERATOR, quarters, replace(rulebooks, status=later))
        decided = quarters_decided(session)

    assert decided[-1] == QUARTER


def test_evaluating_again_changes_nothing(county: Engine, rulebooks: Rulebooks) -> None:
    before = report(county)
    with writing(county, actor="operator", now=LOADED + timedelta(days=1)) as session:
        evaluate(session, OPERATOR, [QUARTER], rulebooks)
        assert not session.new

    assert report(county) == before
    assert report(county, as_of=LOADED)["goals"] == before["goals"]


def test_before_the_figures_were_loaded_nothing_was_known(county: Engine) -> None:
    assert report(county, as_of=LOADED - timedelta(seconds=1))["goals"] == []


def report(engine: Engine, quarter: Period = QUARTER, as_of: datetime | None = None) -> dict[str, Any]:
    with reading(engine) as session:
        return status_report(session, OPERATOR, quarter, today=date(2025, 8, 15), as_of=as_of)


def key_result(report: dict[str, Any], code: str) -> dict[str, Any]:
    rows = [one for goal in report["goals"] for one in [*goal["key_results"], *goal["kpis"]]]
    return next(one for one in rows if one["code"] == code)


def test_a_decision_that_did_not_yet_count_its_evidence_keeps_its_version(county: Engine, rulebooks: Rulebooks) -> None:
    newer = replace(rulebooks, status=replace(rulebooks.status, declared_version="2026.1"))
    with writing(county, actor="operator", now=LOADED + timedelta(days=1)) as session:
        for decision in session.exec(select(StatusDecision)).all():
            known = {name: value for name, value in decision.facts.items() if name not in STRENGTH}
            session.execute(update(StatusDecision).where(col(StatusDecision.id) == decision.id).values(facts=known))
        evaluate(session, OPERATOR, [QUARTER], newer)

    assert not key_result(report(county), "A1.1")["rule_version"].startswith("2026.1")
