"""The escalation policy: as text with every mistake named, and as clocks that leave no open action without one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from okr_engine.errors import InvalidRules
from okr_engine.i18n import speak
from okr_engine.model import ActionEventKind, ActionState
from okr_engine.words import Language
from okr_engine.workflow.escalation import Policy, Subject
from okr_engine.workflow.lifecycle import CLOSED, OPEN, Standing
from okr_engine.workflow.policy_text import policy_of, shipped_policy, shipped_text

TUESDAY = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
DUE = date(2026, 9, 30)
TOP = 3


def standing(state: ActionState, **others: object) -> Standing:
    return Standing(state, TUESDAY, DUE, **others)  # type: ignore[arg-type]


def mistakes(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(InvalidRules) as refused:
        policy_of(text)
    return [(one.place.line, one.what.key) for one in refused.value.mistakes]


def changed(**lines: str) -> str:
    """The shipped text with other lines: the one that begins with the name becomes what is given."""
    text = []
    for line in shipped_text().splitlines():
        name = line.strip().split(":")[0]
        text.append(lines.get(name, line))
    return "\n".join(text)


def line_of(name: str) -> int:
    lines = shipped_text().splitlines()
    return next(at for at, line in enumerate(lines, start=1) if line.strip().startswith(f"{name}:"))


def test_the_policy_that_comes_with_the_program_has_a_clock_for_every_open_state() -> None:
    policy = shipped_policy()
    assert policy.clocks.keys() == OPEN
    assert set(policy.chain) == set(Subject)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_a_policy_without_a_clock_for_each_open_state_is_refused_where_it_is_missing(state: ActionState) -> None:
    text = changed(**{state.value: ""})
    first_clock = next(at for at, one in enumerate(text.splitlines(), 1) if at > line_of("clocks") and one.strip())
    assert mistakes(text) == [(first_clock, "policy.no_clock")]
    found = shipped_policy().model_dump()
    del found["clocks"][state]
    with pytest.raises(ValidationError):
        Policy.model_validate(found)


@pytest.mark.parametrize(
    ("name", "line", "key"),
    [
        ("time_zone", "time_zone: Europe/Espoo", "policy.no_such_zone"),
        ("working_day", 'working_day: {from: "16:00", to: "08:00"}', "policy.day_ends_before_it_begins"),
        ("working_day", "working_day: {from: 8, to: 16}", "policy.not_a_time"),
        ("quiet_hours", 'quiet_hours: {from: "16:00", to: "16:00"}', "policy.always_quiet"),
        ("closed_days", "closed_days: [tomorrow]", "rules.not_a_date"),
        ("source", "  source: []", "rules.chain_shape"),
        ("source", "  source: [data_steward, data_steward]", "rules.chain_shape"),
        ("source", "  source: [mayor]", "rules.unknown_word"),
        ("notified", "  notified: soon", "rules.not_whole"),
        ("notified", "  notified: -1", "rules.not_whole"),
        ("repeat", "repeat: 0", "rules.not_whole"),
        ("extensions", "extensions: 0", "rules.not_whole"),
    ],
)
def test_a_mistake_is_told_with_its_line(name: str, line: str, key: str) -> None:
    assert (line_of(name), key) in mistakes(changed(**{name: line}))


def test_every_mistake_is_told_at_once_with_what_would_do() -> None:
    text = changed(repeat="repeat: 0", time_zone="time_zone: Nowhere", planned="  verified: 40")
    with pytest.raises(InvalidRules) as refused:
        policy_of(text)
    said = [speak(one.what, Language.FI) for one in refused.value.mistakes]
    assert [one.place.line for one in refused.value.mistakes] == sorted(
        one.place.line or 0 for one in refused.value.mistakes
    )
    assert len(said) == 4
    assert any("planned" in one for one in said)


@pytest.mark.parametrize("text", ["", "[]", "7", "chain: &a [*a]", "time_zone: {", "\x00"])
def test_what_is_no_policy_at_all_is_refused_in_words(text: str) -> None:
    assert mistakes(text)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_state_has_a_clock_at_every_level(state: ActionState) -> None:
    for level in range(TOP + 1):
        assert shipped_policy().clock_of(standing(state, level=level), top=TOP)


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_action_has_none(state: ActionState) -> None:
    assert shipped_policy().clock_of(standing(state), top=TOP) is None


def test_work_under_way_is_left_alone_until_it_is_due() -> None:
    found = shipped_policy().clock_of(standing(ActionState.IN_PROGRESS), top=TOP)
    assert found == datetime(2026, 10, 2, 5, 0, tzinfo=UTC)


def test_work_that_is_due_in_the_far_future_is_looked_at_within_a_year_all_the_same() -> None:
    far = Standing(ActionState.IN_PROGRESS, TUESDAY, date.max)
    clock = shipped_policy().clock_of(far, top=TOP)
    assert clock is not None
    assert TUESDAY + timedelta(days=360) < clock < TUESDAY + timedelta(days=380)
    done = shipped_policy().clock_of(standing(ActionState.DONE), top=TOP, verdict_day=date.max)
    assert done is not None
    assert done < TUESDAY + timedelta(days=390)


def test_work_that_is_done_is_left_alone_until_its_effect_can_be_judged() -> None:
    policy, done = shipped_policy(), standing(ActionState.DONE)
    assert policy.clock_of(done, top=TOP, verdict_day=date(2027, 1, 18)) == datetime(2027, 1, 25, 6, 0, tzinfo=UTC)
    assert policy.clock_of(done, top=TOP) == datetime(2026, 9, 8, 6, 0, tzinfo=UTC)


def test_somebody_is_told_then_reminded_as_often_as_the_policy_says_and_then_the_next_is_asked() -> None:
    policy = shipped_policy()
    assert policy.fires_as(standing(ActionState.RAISED), can_rise=True) is ActionEventKind.NOTIFIED
    assert policy.fires_as(standing(ActionState.NOTIFIED), can_rise=True) is ActionEventKind.REMINDED
    assert policy.fires_as(standing(ActionState.NOTIFIED, reminders=1), can_rise=True) is ActionEventKind.ESCALATED


def test_at_the_top_it_is_repeated_for_ever() -> None:
    policy = shipped_policy()
    for reminders in (0, 1, 2, 100):
        at_top = standing(ActionState.NOTIFIED, level=TOP, reminders=reminders)
        assert policy.fires_as(at_top, can_rise=False) is ActionEventKind.REMINDED
        asked_at = TUESDAY + timedelta(days=reminders * 7)
        assert policy.clock_of(at_top, top=TOP, asked_at=asked_at) == policy.working_time.later(asked_at, 40)
