"""How corrective actions fare, in a handful of figures over all that somebody may read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may
from okr_engine.model import (
    ActionEvent,
    ActionEventKind,
    CorrectiveAction,
    Goal,
    KeyResult,
    Source,
)

RECURS_WITHIN = timedelta(days=90)
_Kind = ActionEventKind


@dataclass(frozen=True)
class Rate:
    """So many of so many."""

    count: int
    of: int

    @property
    def percent(self) -> float | None:
        """In percent; None of nothing."""
        return 100 * self.count / self.of if self.of else None


@dataclass(frozen=True)
class ActionMetrics:
    """Figures over the actions that somebody may read; each rate says of how many.

    `to_acknowledge` is the median of those acknowledged. `on_time` are those reported done by the day they were due
    then. `effective` are verdicts for the better among all confirmed. `recurred` are closed ones whose key result was
    red again within 90 days, of those whose 90 days are over or that recurred before. `escalations` counts by level.
    """

    actions: int
    to_acknowledge: timedelta | None
    acknowledged: int
    on_time: Rate
    extensions: int
    extended: Rate
    effective: Rate
    recurred: Rate
    dismissed: Rate
    escalations: Mapping[int, int]


@dataclass(frozen=True)
class _Told:
    """An action with its history, the earliest first."""

    action: CorrectiveAction
    history: Sequence[ActionEvent]

    def of_kind(self, *kinds: ActionEventKind) -> list[ActionEvent]:
        return [one for one in self.history if one.kind in kinds]


def action_metrics(session: Session, actor: Actor, *, today: date) -> ActionMetrics:
    """The figures over every action that the actor may read; in as many queries for ten actions as for a thousand."""
    told = _told(session, actor)
    answered = [(one.action, first) for one in told for first in one.of_kind(_Kind.ACKNOWLEDGED)[:1]]
    waits = [(first.at - action.raised_at).total_seconds() for action, first in answered]
    verdicts = Counter(event.kind for one in told for event in one.of_kind(_Kind.VERIFIED, _Kind.INEFFECTIVE))
    extensions = [len(one.of_kind(_Kind.EXTENDED)) for one in told]
    levels = Counter(event.data["level"] for one in told for event in one.of_kind(_Kind.ESCALATED))
    return ActionMetrics(
        actions=len(told),
        to_acknowledge=timedelta(seconds=median(waits)) if waits else None,
        acknowledged=len(waits),
        on_time=_rate(_was_on_time(one) for one in told if one.of_kind(_Kind.DONE)),
        extensions=sum(extensions),
        extended=_rate(map(bool, extensions)),
        effective=Rate(verdicts[_Kind.VERIFIED], verdicts.total()),
        recurred=_rate(_recurrences(told, today)),
        dismissed=_rate(bool(one.of_kind(_Kind.DISMISSED)) for one in told),
        escalations=dict(sorted(levels.items())),
    )


def _told(session: Session, actor: Actor) -> list[_Told]:
    of_goals = select(KeyResult.id, Goal.unit_id).join(Goal, col(Goal.id) == col(KeyResult.goal_id))
    units = dict(session.exec(of_goals).all()) | dict(session.exec(select(Source.id, Source.unit_id)).all())
    history: dict[UUID, list[ActionEvent]] = defaultdict(list)
    for event in session.exec(select(ActionEvent).order_by(col(ActionEvent.number))):
        history[event.action_id].append(event)
    actions = session.exec(select(CorrectiveAction))
    return [_Told(one, history[one.id]) for one in actions if may(actor, Permission.READ, units[one.subject_id])]


def _was_on_time(one: _Told) -> bool:
    """Whether it was first reported done by the day that it was due then."""
    done = one.of_kind(_Kind.DONE)[0]
    told = [event.data.get("due") or event.data.get("plan", {}).get("due") for event in one.history]
    due = [day for event, day in zip(one.history, told, strict=True) if day and event.number < done.number]
    return done.at.date() <= (date.fromisoformat(due[-1]) if due else one.action.due)


def _recurrences(told: Iterable[_Told], today: date) -> Iterator[bool]:
    """Of each verified closing that has had its 90 days or recurred before, whether it recurred."""
    raised: dict[UUID, list[datetime]] = defaultdict(list)
    closings: list[tuple[UUID, datetime]] = []
    for one in told:
        subject = one.action.subject_id
        raised[subject] += [event.at for event in one.of_kind(_Kind.RAISED, _Kind.REOPENED)]
        closings += [(subject, event.at) for event in one.of_kind(_Kind.VERIFIED)]
    for subject, closed in closings:
        has_recurred = any(closed < at <= closed + RECURS_WITHIN for at in raised[subject])
        if has_recurred or (closed + RECURS_WITHIN).date() <= today:
            yield has_recurred


def _rate(answers: Iterable[bool]) -> Rate:
    known = list(answers)
    return Rate(sum(known), len(known))
