"""A draft is tried on every decision on record: what would change, was it a false alarm, and what harm would it do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import moment_of, reading, was_current, writing
from okr_engine.errors import InvalidRules, NotAllowed
from okr_engine.model import Indicator, Limit, StatusDecision
from okr_engine.periods import Period
from okr_engine.rulebook import Rulebook
from okr_engine.services import back_tests
from okr_engine.services.back_test_results import BackTest, Harm, HarmKind, Sightings
from okr_engine.services.back_tests import back_test, check_draft
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.terms import Status
from tests.services.draft_rules import (
    another_word,
    blind_to_the_law,
    content_with_a_miss,
    easily_pleased,
    green_without_data,
    judging_nothing,
    milder,
    red_at_first,
    with_a_deaf_rule,
)
from tests.services.small_county import (
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    JANUARY,
    Q1,
    Q2,
    Q3,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)

IN_FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=UTC)
Q4 = Period.parse("2025-Q4")
Draft = Callable[[Rulebook], str]


@dataclass(frozen=True)
class Tried:
    """The county whose first line fell below the law's limit in the second quarter and stays there."""

    county: SmallCounty

    def enters(self, who: str, code: str, quarter: Period, value: str) -> None:
        more = {"based_on": 0, "rulebooks": self.county.rulebooks}
        self.county.act(who, enter_value, code, quarter, Entry(Decimal(value)), now=IN_FEBRUARY, **more)

    def on(self, draft: Draft, **more: object) -> BackTest:
        rules = self.county.rulebooks.status
        found: BackTest = self.county.see(STRATEGY_OFFICE, back_test, draft(rules), rules, today=TODAY, **more)
        return found


@pytest.fixture
def tried(memory_engine: Engine) -> Tried:
    county = SmallCounty.laid_out(memory_engine)
    with writing(memory_engine, actor=OPERATOR.code) as session:
        promise = session.exec(select(Indicator.id).where(Indicator.code == "promise")).one()
        limit = Limit(
            indicator_id=promise,
            value=Decimal(80),
            valid_from=JANUARY,
            recorded_at=moment_of(session),
            recorded_by=OPERATOR.code,
        )
        session.add(limit)
    found = Tried(county)
    found.enters(FIRST_LINE_OWNER, "A1.1", Q3, "65")
    found.enters(FIRST_LINE_OWNER, "A1.1", Q4, "64")
    return found


def harm(found: BackTest, kind: HarmKind) -> Harm | None:
    return next((one for one in found.harms if one.kind == kind), None)


def named(harm: Harm | None) -> list[tuple[str, str]]:
    return [(one.subject.code, one.quarter.code) for one in harm.cases] if harm else []


def test_the_rules_in_force_would_have_said_what_they_said(tried: Tried) -> None:
    found = tried.on(lambda rules: rules.yaml)

    assert found.judged == len(tried.county.rows(select(StatusDecision).where(was_current(StatusDecision, None))))
    assert (found.flips, found.harms) == ((), ())
    assert all(before == after for before, after in found.matrix)


def test_another_wording_changes_no_status(tried: Tried) -> None:
    assert tried.on(another_word).flips == ()


def test_each_status_that_changes_is_named_with_both_rules_and_the_drafts_reason(tried: Tried) -> None:
    found = tried.on(milder)

    flip = next(one for one in found.flips if one.quarter == Q2)
    assert (flip.subject.code, flip.before, flip.after) == ("A1.1", Status.NEEDS_SUPPORT, Status.CHALLENGES)
    assert flip.rule_before == "far_from_target_and_worsening_points"
    assert flip.rule_after != flip.rule_before
    assert flip.because.fi
    assert found.matrix[Status.NEEDS_SUPPORT, Status.CHALLENGES] == len(found.flips)


def test_the_quarters_are_counted_one_by_one_in_the_order_of_time(tried: Tried) -> None:
    found = tried.on(milder)

    assert [one.quarter for one in found.quarters] == [Q1, Q2, Q3, Q4]
    second = found.quarters[1]
    assert (second.flipped, second.red_before, second.red_after) == (1, 1, 0)


def test_progress_is_told_quarter_by_quarter(tried: Tried) -> None:
    seen: list[Period] = []

    def track(quarters: Sequence[Period]) -> Sequence[Period]:
        seen.extend(quarters)
        return quarters

    tried.on(another_word, track=track)

    assert seen == [Q1, Q2, Q3, Q4]


def test_a_red_that_was_red_again_within_two_quarters_was_no_false_alarm(tried: Tried) -> None:
    assert tried.on(milder).lost_reds == Sightings(confirmed=1)


def test_what_is_too_new_to_have_proved_right_cannot_be_known_yet(tried: Tried) -> None:
    found = tried.on(blind_to_the_law)

    assert found.lost_reds == Sightings(confirmed=1, unknown=1)


def test_a_new_red_that_nothing_confirmed_would_have_been_a_false_alarm(tried: Tried) -> None:
    assert tried.on(red_at_first).new_reds == Sightings(unknown=1)

    tried.enters(INTEGRATED_OWNER, "A2.1", Q2, "139.2")
    tried.enters(INTEGRATED_OWNER, "A2.1", Q3, "139.0")

    assert tried.on(red_at_first).new_reds == Sightings(not_confirmed=1)


def test_a_status_without_a_figure_stops_the_draft_with_every_key_result_named(tried: Tried) -> None:
    found = tried.on(green_without_data)

    stop = harm(found, HarmKind.STATUS_WITHOUT_FIGURE)
    assert stop
    assert ("A2.1", "2025-Q2") in named(stop)
    assert stop in found.stops
    assert all(one.before == Status.NO_DATA for one in stop.cases)


def test_a_hidden_statutory_limit_stops_the_draft(tried: Tried) -> None:
    found = tried.on(blind_to_the_law)

    assert named(harm(found, HarmKind.STATUTORY_LIMIT_HIDDEN)) == [("A1.1", "2025-Q4"), ("A1.1", "2025-Q3")]
    assert found.stops


def test_a_red_that_proved_right_must_not_be_called_on_track(tried: Tried) -> None:
    found = tried.on(easily_pleased)

    assert named(harm(found, HarmKind.CONFIRMED_RED_LOST)) == [("A1.1", "2025-Q2")]
    assert found.stops


def test_a_red_that_proved_right_must_not_be_left_without_a_judgement_either(tried: Tried) -> None:
    found = tried.on(judging_nothing)

    assert ("A1.1", "2025-Q2") in named(harm(found, HarmKind.CONFIRMED_RED_LOST))


def test_a_figure_that_was_judged_must_not_be_left_without_a_judgement(tried: Tried) -> None:
    found = tried.on(judging_nothing)

    stop = harm(found, HarmKind.FIGURE_NOT_JUDGED)
    assert stop
    assert ("A2.1", "2025-Q1") in named(stop)
    assert stop in found.stops


def test_a_missed_target_without_a_path_must_not_come_on_track(tried: Tried) -> None:
    found = tried.on(content_with_a_miss)

    stop = harm(found, HarmKind.MISSED_TARGET_ON_TRACK)
    assert named(stop) == [("A1.1", "2025-Q1")]
    assert stop
    assert [one.before for one in stop.cases] == [Status.CHALLENGES]
    assert stop in found.stops


def test_any_other_lost_red_has_to_be_seen(tried: Tried) -> None:
    found = tried.on(milder)

    assert named(harm(found, HarmKind.RED_LOST)) == [("A1.1", "2025-Q2")]
    assert harm(found, HarmKind.RED_LOST) in found.asks
    assert found.stops == ()


def test_a_new_rule_that_is_never_heard_has_to_be_seen_and_old_silent_ones_need_not(tried: Tried) -> None:
    found = tried.on(with_a_deaf_rule)

    assert [(one.kind, one.rules) for one in found.harms] == [(HarmKind.RULES_NEVER_HEARD, ("perfect",))]


def test_a_draft_that_changes_more_than_a_fifth_has_to_be_seen(tried: Tried) -> None:
    found = tried.on(judging_nothing)

    much = harm(found, HarmKind.MUCH_CHANGED)
    assert much
    assert much in found.asks
    assert {one.before for one in much.cases} == {Status.ON_TRACK, Status.CHALLENGES, Status.NEEDS_SUPPORT}


def test_what_neither_set_of_rules_judges_does_not_count_as_much_changed(tried: Tried) -> None:
    found = tried.on(lambda rules: rules.yaml.replace("not_assessed}", "no_data}"))

    assert len(found.flips) / found.judged > 0.2
    assert harm(found, HarmKind.MUCH_CHANGED) is None


def test_the_share_that_changes_is_of_the_statuses_that_judge(tried: Tried) -> None:
    found = tried.on(blind_to_the_law)

    assert len(found.flips) / found.judged <= 0.2
    assert harm(found, HarmKind.MUCH_CHANGED) in found.asks


def test_rules_that_take_long_over_a_quarter_have_to_be_seen(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_tests, "SLOW", 0.0)

    found = tried.on(another_word)

    assert [one.kind for one in found.asks] == [HarmKind.SLOW_RULES]


def test_trying_changes_nothing(tried: Tried) -> None:
    before = tried.county.rows(select(StatusDecision))

    tried.on(easily_pleased)

    assert tried.county.rows(select(StatusDecision)) == before


def test_only_whoever_may_publish_tries_a_draft(tried: Tried) -> None:
    rules = tried.county.rulebooks.status

    with pytest.raises(NotAllowed):
        tried.county.see(VIEWER, back_test, rules.yaml, rules, today=TODAY)


def test_a_draft_with_mistakes_is_not_tried(tried: Tried) -> None:
    with pytest.raises(InvalidRules):
        tried.on(lambda rules: rules.yaml.replace("has_value", "has_worth", 1))
    with pytest.raises(InvalidRules):
        check_draft(OPERATOR, "42")


def test_a_check_counts_the_rules_and_examples_of_a_sound_draft(tried: Tried) -> None:
    rules = tried.county.rulebooks.status.rules

    found = check_draft(OPERATOR, with_a_deaf_rule(tried.county.rulebooks.status))

    assert (found.rules, found.examples) == (len(rules) + 1, sum(len(one.examples) for one in rules) + 2)


def test_the_database_is_asked_as_often_for_many_key_results_as_for_few(tried: Tried) -> None:
    asked: list[str] = []
    rules = tried.county.rulebooks.status
    event.listen(tried.county.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    with reading(tried.county.engine) as session:
        back_test(session, OPERATOR, rules.yaml, rules, today=TODAY)

    assert sum(one.startswith("SELECT") for one in asked) == 5 + len((Q1, Q2, Q3, Q4))
