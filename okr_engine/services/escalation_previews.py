"""The chain tried dry: who would be asked about a goal from a moment on if nobody ever moved, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.access import SCHEDULE, Actor, Permission, may, require
from okr_engine.errors import InvalidInput, NotFound
from okr_engine.model import ActionEventKind, Goal, RoleKind
from okr_engine.services.asked_people import Asked, Asking, Desk
from okr_engine.services.escalation_policies import PolicyEdition, chain_for, in_force_on, policy_editions
from okr_engine.services.organisation_charts import OrganisationChart, organisation_chart
from okr_engine.words import Message, Words, message
from okr_engine.workflow.escalation import Policy, Subject
from okr_engine.workflow.lifecycle import after, raised
from okr_engine.workflow.working_time import WorkingTime

FARTHEST = timedelta(days=3 * 366)
_FRIDAY = 5


@dataclass(frozen=True)
class PreviewStep:
    """One asking: when, whom (names) in which role, at which level, why not somebody nearer.

    `closed_days` are the weekdays since the step before on which no time passed. The last step `repeats` for ever.
    """

    at: datetime
    kind: ActionEventKind
    level: int
    people: tuple[str | Message, ...]
    role: Words
    because: tuple[Message, ...] = ()
    closed_days: tuple[date, ...] = ()
    repeats: bool = False


@dataclass(frozen=True)
class Preview:
    """What would happen to an action raised on the goal at that moment."""

    goal: str
    name: Words
    raised_at: datetime
    repeat_hours: int
    steps: tuple[PreviewStep, ...]


def goals_to_preview(session: Session, actor: Actor) -> list[tuple[str, Words]]:
    """The goals that the actor may read, by code."""
    goals = session.exec(select(Goal).order_by(col(Goal.code)))
    return [(goal.code, goal.name) for goal in goals if may(actor, Permission.READ, goal.unit_id)]


@dataclass(frozen=True)
class _Trial:
    """What a dry run knows: the goal, the organisation, and the policies of the days it passes through."""

    goal: Goal
    chart: OrganisationChart
    editions: Sequence[PolicyEdition]
    draft: Policy | None

    def policy(self, moment: datetime) -> Policy:
        """The policy that is followed then."""
        return self.draft or in_force_on(self.editions, moment.date()).policy

    def desks(self, policy: Policy) -> list[Desk]:
        """The desks of an action on the goal: its owner is responsible first."""
        links = [
            Desk(level, kind, self._role(kind))
            for level, kind in enumerate(chain_for(policy, Subject.KEY_RESULT), start=1)
        ]
        responsible = next((link for link in links if link.role_id), links[0])
        return [Desk(0, responsible.kind, responsible.role_id), *links]

    def _role(self, kind: RoleKind) -> UUID | None:
        own = {RoleKind.GOAL_OWNER: self.goal.owner_role_id, RoleKind.SPONSOR: self.goal.sponsor_role_id}
        if kind in own:
            return own[kind]
        return next((post.id for post in self.chart.above(self.goal.unit_id, kind)), None)


def preview(
    session: Session, actor: Actor, goal_code: str, *, raised_at: datetime, now: datetime, draft: Policy | None = None
) -> Preview:
    """Who would be asked, step by step until the top, about an action raised on the goal at that moment.

    By the policies in force on those days, or by a `draft` that has yet to be published; nothing is written.
    NotAllowed for a goal that the actor may not read, InvalidInput for a moment more than three years away.
    """
    goal = session.exec(select(Goal).where(Goal.code == goal_code)).first()
    if goal is None:
        raise NotFound(message("error.no_such_code", code=goal_code))
    require(actor, Permission.READ, goal.unit_id)
    if abs(raised_at - now) > FARTHEST:
        raise InvalidInput(message("policy.too_far_away"))
    trial = _Trial(goal, organisation_chart(session), policy_editions(session), draft)
    steps = tuple(_steps(trial, raised_at))
    return Preview(goal.code, goal.name, raised_at, trial.policy(steps[-1].at).repeat, steps)


def _steps(trial: _Trial, raised_at: datetime) -> Iterator[PreviewStep]:
    """The same steps as those of the sweep, on a standing that is only imagined."""
    standing, before = raised({}, at=raised_at), raised_at
    while True:
        policy = trial.policy(before)
        desks = trial.desks(policy)
        at = policy.clock_of(standing, top=desks[-1].level, asked_at=before if standing.reminders else None)
        assert at is not None
        asking = Asking(trial.chart, trial.goal.unit_id, desks, policy.working_time.day_of(at))
        above = asking.above(standing.level)
        kind = policy.fires_as(standing, can_rise=above is not None)
        asked = above if kind is ActionEventKind.ESCALATED and above else asking.at(standing.level)
        repeats = kind is ActionEventKind.REMINDED and above is None
        yield _step(trial.chart, asked, at, kind, _closed_between(policy.working_time, before, at), repeats=repeats)
        if repeats:
            return
        standing, before = after(standing, kind, {"level": asked.level}, at=at, actor=SCHEDULE.code), at


def _step(
    chart: OrganisationChart,
    asked: Asked,
    at: datetime,
    kind: ActionEventKind,
    closed_days: tuple[date, ...],
    *,
    repeats: bool,
) -> PreviewStep:
    names = {code: name for name, code in chart.people.values()}
    people = tuple(names.get(code, message("holders.operator")) for code in asked.people)
    role = asked.role.name if asked.role else Words()
    return PreviewStep(at, kind, asked.level, people, role, asked.because, closed_days, repeats)


def _closed_between(calendar: WorkingTime, before: datetime, at: datetime) -> tuple[date, ...]:
    """The weekdays between two moments that are no working days."""
    first, last = calendar.day_of(before), calendar.day_of(at)
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return tuple(day for day in days if day.isoweekday() <= _FRIDAY and not calendar.is_open(day))
