"""Whatever happens to an action, in whatever order: its history replays to the row, and while open it has a clock.

The whole lifecycle under the shipped policy, in memory: people act legally and illegally, clocks fire, policies change.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from okr_engine.errors import InvalidInput
from okr_engine.model import ActionEvent, ActionEventKind
from okr_engine.workflow.escalation import Policy
from okr_engine.workflow.lifecycle import CLOSED, STEPS, Standing, after, may_follow, raised, replayed
from okr_engine.workflow.policy_text import policy_of, shipped_policy, shipped_text

_Kind = ActionEventKind
SEEDS, WALKS, EVENTS = 4, 20, 260
TOP = 3
BEGIN = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
PEOPLE = ("owner", "deputy", "sponsor", "leader")
ONWARDS = (
    _Kind.ACKNOWLEDGED,
    _Kind.PLANNED,
    _Kind.STARTED,
    _Kind.DONE,
    _Kind.VERIFIED,
    _Kind.INEFFECTIVE,
    _Kind.REOPENED,
)
CLOCKED = (_Kind.NOTIFIED, _Kind.REMINDED, _Kind.ESCALATED)


class Walk:
    """One action that lives through what chance brings, as the services would let it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        hurried = shipped_text().replace("reminders: 1", "reminders: 0").replace("notified: 16", "notified: 2")
        self.policies = {
            None: shipped_policy(),
            uuid4(): policy_of(hurried),
            uuid4(): policy_of(shipped_text().replace("reminders: 1", "reminders: 3")),
        }
        self.now = BEGIN
        self.history: list[ActionEvent] = []
        self.refused = 0
        self.fired: list[datetime] = []
        data = {"due": "2026-02-04", "role_id": str(uuid4()), "policy_id": None}
        self.standing = raised(data, at=self.now)
        self.enter(_Kind.RAISED, data, "schedule")
        self.clock = self.next_clock()

    def policy(self) -> Policy:
        return self.policies[self.standing.policy_id]

    def next_clock(self) -> datetime | None:
        asked_at = self.now if self.standing.reminders else None
        return self.policy().clock_of(self.standing, top=TOP, asked_at=asked_at)

    def enter(self, kind: ActionEventKind, data: Mapping[str, Any], actor: str) -> None:
        number = len(self.history) + 1
        event = ActionEvent(action_id=UUID(int=1), number=number, at=self.now, actor=actor, kind=kind, data=dict(data))
        self.history.append(event)

    def take(self, kind: ActionEventKind, data: Mapping[str, Any], actor: str) -> bool:
        """As the service does it: all of the step, or no trace of it."""
        before = self.standing
        try:
            found = after(before, kind, data, at=self.now, actor=actor)
        except InvalidInput:
            assert self.standing == before
            self.refused += 1
            return False
        assert may_follow(before, kind)
        self.standing = found
        self.enter(kind, data, actor)
        if found != before:
            self.clock = self.next_clock()
        return True

    def let_clock_fire(self) -> None:
        if self.clock is None:
            return
        fires, before = self.clock, self.standing
        self.now = max(self.now, fires)
        kind = self.policy().fires_as(before, can_rise=before.level < TOP)
        level = before.level + 1 if kind is _Kind.ESCALATED else before.level
        assert self.take(kind, {"level": level, "asked": [PEOPLE[level]]}, "schedule")
        self.fired.append(fires)
        if kind is not _Kind.NOTIFIED:
            assert self.standing.state is before.state

    def let_somebody_act(self) -> None:
        self.now += timedelta(minutes=self.chance.randrange(1, 3_000))
        legal = [one for one in ONWARDS if may_follow(self.standing, one)]
        anything = [one for one in STEPS if one not in CLOCKED]
        kind = self.chance.choice(legal if legal and self.chance.random() < 0.4 else anything)
        self.take(kind, self.some_data(kind), self.chance.choice(PEOPLE))

    def some_data(self, kind: ActionEventKind) -> dict[str, Any]:
        """What such a step says; sometimes what it must not leave out is missing."""
        says = self.chance.random() < 0.8
        due = (self.now.date() + timedelta(days=self.chance.randrange(-20, 90))).isoformat()
        match kind:
            case _Kind.PLANNED:
                criterion = {"indicator": "promise"} if says else None
                plan = {"due": due, "criterion": criterion}
                return {"plan": plan, "needs_criterion": True, "reason": "x" if self.chance.random() < 0.5 else None}
            case _Kind.VERIFIED | _Kind.INEFFECTIVE:
                verdict = "effective" if says else None
                return {"verdict": verdict, "verified_by": self.chance.choice(PEOPLE), "due": None}
            case _Kind.EXTENDED | _Kind.REOPENED | _Kind.DISMISSED:
                return {"due": due, "reason": "x" if says else "", "accept_until": due if says else None}
            case _Kind.ASSIGNED:
                return {"role_id": str(uuid4()), "person_id": None, "due": due}
            case _Kind.POLICY_ADOPTED:
                found = self.chance.choice(list(self.policies))
                return {"policy_id": str(found) if found else None, "level": min(self.standing.level, TOP)}
            case _:
                return {"text": "x" if says else ""}

    def check(self) -> None:
        standing: Standing = self.standing
        assert (self.clock is None) == (standing.state in CLOSED) == (standing.closed_at is not None)
        assert 0 <= standing.level <= TOP
        if self.clock is not None:
            assert self.clock >= standing.since
            assert self.policy().working_time.holds(self.clock)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_over_twenty_thousand_events_leave_no_action_forgotten_or_told_twice(seed: int) -> None:
    walks = [walked(seed * WALKS + number) for number in range(WALKS)]

    assert {one.kind for walk in walks for one in walk.history} == set(_Kind)
    assert sum(walk.refused for walk in walks) > WALKS * EVENTS / 10


def walked(seed: int) -> Walk:
    """A whole walk, whose invariants have held all along."""
    walk = Walk(seed)
    while len(walk.history) < EVENTS:
        if walk.chance.random() < 0.25:
            walk.let_clock_fire()
        else:
            walk.let_somebody_act()
        walk.check()
    assert replayed(walk.history) == walk.standing
    assert [one.number for one in walk.history] == list(range(1, len(walk.history) + 1))
    assert len(set(walk.fired)) == len(walk.fired)
    assert sum(one.kind in CLOCKED for one in walk.history) == len(walk.fired)
    assert all(one.data["asked"] for one in walk.history if one.kind in CLOCKED)
    return walk


def test_an_action_that_nobody_ever_moves_is_asked_about_for_ever() -> None:
    walk = Walk(0)
    for _ in range(300):
        walk.let_clock_fire()
        walk.check()
    gaps = {later - earlier for earlier, later in zip(walk.fired, walk.fired[1:], strict=False)}
    assert walk.standing.level == TOP
    assert max(gaps) < timedelta(days=21)
