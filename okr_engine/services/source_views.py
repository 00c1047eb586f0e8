"""Sources as people see them: how each does, what its last reading came to, and which figures rest on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from okr_engine.access import Actor, Permission, may, require
from okr_engine.errors import Mistake, NotFound
from okr_engine.kept_words import told_message, told_mistake
from okr_engine.measuring.set_aside import records_set_aside
from okr_engine.measuring.sources import SetAside
from okr_engine.model import (
    Calculation,
    CorrectiveAction,
    Indicator,
    OrgUnit,
    PullRun,
    Role,
    RunState,
    Schedule,
    Source,
    Timetable,
)
from okr_engine.services.people import Choice, holders
from okr_engine.words import Message, Words

_GRACE = timedelta(minutes=15)
"""So long after its time a source is not yet called late: others are read before it."""


class Health(StrEnum):
    """How a source does, in a word."""

    WORKING = "working"
    FAILING = "failing"
    LATE = "late"
    PAUSED = "paused"
    NEVER_READ = "never_read"
    READING = "reading"


@dataclass(frozen=True)
class RunView:
    """One reading and what came of it; `error` and `remedy` where it failed."""

    number: int
    state: RunState
    asked_by: str
    from_the_start: bool
    started_at: datetime
    finished_at: datetime | None
    records_read: int
    records_set_aside: int
    events_added: int
    events_replaced: int
    events_unchanged: int
    events_superseded: int
    values_written: int
    values_restated: int
    statuses_decided: int
    actions_raised: int
    error: Message | None
    remedy: Message | None
    mistakes: tuple[Mistake, ...]

    @property
    def duration(self) -> timedelta | None:
        """How long it took."""
        return self.finished_at - self.started_at if self.finished_at else None


@dataclass(frozen=True)
class SourceAction:
    """The open corrective action on a source: why, and by when."""

    code: str
    because: Words
    facts: Mapping[str, Any]
    due: date


@dataclass(frozen=True)
class SourceView:
    """A source with its health; `last_run` is the last one that has ended, `reading_since` tells of one under way."""

    code: str
    version: int
    name: Words
    connector: str
    settings: Mapping[str, Any]
    timetable: Timetable
    unit: Choice
    steward: Choice | None
    stewards: tuple[tuple[str, bool], ...]
    health: Health
    is_waiting: bool
    reading_since: datetime | None
    last_run: RunView | None
    last_good_at: datetime | None
    next_due: datetime | None
    failures: int
    action: SourceAction | None
    figures: tuple[Choice, ...]

    @property
    def is_under_way(self) -> bool:
        """Whether it is being read, or about to be."""
        return self.health == Health.READING or (self.is_waiting and self.health != Health.LATE)


def sources_seen(session: Session, actor: Actor, *, now: datetime) -> list[SourceView]:
    """Every source that the actor may look after, in the order of their codes; a constant number of queries."""
    rows: Sequence[tuple[Source, OrgUnit, Role | None, Schedule | None]] = session.exec(
        select(Source, OrgUnit, Role, Schedule)
        .join(OrgUnit, col(OrgUnit.id) == col(Source.unit_id))
        .outerjoin(Role, col(Role.id) == col(Source.steward_role_id))
        .outerjoin(Schedule, col(Schedule.source_id) == col(Source.id))
        .order_by(col(Source.code))
    ).all()
    mine = [row for row in rows if may(actor, Permission.MANAGE_SOURCES, row[0].unit_id)]
    if not mine:
        return []
    ended, under_way = _last_runs(session), _runs_under_way(session)
    actions, figures = _open_actions(session), _figures(session)
    held = holders(session, {role.id for _, _, role, _ in mine if role}, today=now.date())
    return [
        _view(
            source,
            Choice(unit.code, unit.name),
            Choice(role.code, role.name) if role else None,
            schedule or Schedule(source_id=source.id),
            now=now,
            stewards=tuple(held.get(role.id, ())) if role else (),
            last_run=ended.get(source.id),
            reading_since=under_way.get(source.id),
            action=actions.get(source.id),
            figures=tuple(figures[source.id]),
        )
        for source, unit, role, schedule in mine
    ]


def source_seen(session: Session, actor: Actor, code: str, *, now: datetime) -> SourceView:
    """One of them; NotFound where there is none that the actor may look after."""
    for one in sources_seen(session, actor, now=now):
        if one.code == code:
            return one
    raise NotFound(Message("sources.no_such_source", {"code": code}))


def runs_of(session: Session, actor: Actor, code: str, *, limit: int = 50) -> list[RunView]:
    """The source's readings, the newest first."""
    source = _source_to_look_after(session, actor, code)
    runs = select(PullRun).where(PullRun.source_id == source.id).order_by(col(PullRun.number).desc()).limit(limit)
    return [_run(one) for one in session.exec(runs)]


def set_aside_in(session: Session, actor: Actor, code: str, number: int, *, events: Path, most: int) -> list[SetAside]:
    """The first `most` records that the run has set aside; `events` is the folder of the events."""
    _source_to_look_after(session, actor, code)
    return records_set_aside(events, f"{code}-{number}", most=most)


def run_with_set_aside(runs: Sequence[RunView]) -> RunView | None:
    """The newest of the readings (newest first) whose records still stand aside.

    None once everything has been read from the beginning without setting any aside.
    """
    for one in runs:
        if one.records_set_aside:
            return one
        if one.from_the_start and one.state == RunState.DONE:
            return None
    return None


def units_and_roles_to_choose(session: Session, actor: Actor) -> tuple[list[Choice], list[Choice]]:
    """The units in which the actor may have sources, and the roles there that may look after one."""
    units = session.exec(select(OrgUnit).order_by(col(OrgUnit.code))).all()
    mine = {one.id: one for one in units if may(actor, Permission.MANAGE_SOURCES, one.id)}
    roles = session.exec(select(Role).where(col(Role.unit_id).in_(mine)).order_by(col(Role.code)))
    return [Choice(one.code, one.name) for one in mine.values()], [Choice(one.code, one.name) for one in roles]


def _source_to_look_after(session: Session, actor: Actor, code: str) -> Source:
    source = session.exec(select(Source).where(Source.code == code)).first()
    if source is None:
        raise NotFound(Message("sources.no_such_source", {"code": code}))
    require(actor, Permission.MANAGE_SOURCES, source.unit_id)
    return source


def _view(
    source: Source,
    unit: Choice,
    steward: Choice | None,
    schedule: Schedule,
    *,
    now: datetime,
    last_run: RunView | None,
    **more: Any,
) -> SourceView:
    is_held = schedule.held_until is not None and schedule.held_until > now
    is_due = schedule.next_due is not None and schedule.next_due <= now
    return SourceView(
        code=source.code,
        version=source.version,
        name=source.name,
        connector=source.connector,
        settings=source.settings,
        timetable=Timetable.model_validate(source, from_attributes=True),
        unit=unit,
        steward=steward,
        health=_health(source, schedule, is_held=is_held, last_run=last_run, now=now),
        is_waiting=is_due and not is_held and not source.paused,
        last_run=last_run,
        last_good_at=schedule.last_good_at,
        next_due=schedule.next_due,
        failures=schedule.failures,
        **more,
    )


def _health(source: Source, schedule: Schedule, *, is_held: bool, last_run: RunView | None, now: datetime) -> Health:
    if is_held:
        return Health.READING
    if source.paused:
        return Health.PAUSED
    if schedule.next_due is not None and schedule.next_due < now - _GRACE:
        return Health.LATE
    if last_run is None:
        return Health.NEVER_READ
    return Health.WORKING if last_run.state == RunState.DONE else Health.FAILING


def _last_runs(session: Session) -> dict[UUID, RunView]:
    """Of each source the last run that has ended."""
    last = (
        select(PullRun.source_id, func.max(PullRun.number).label("number"))
        .where(PullRun.state != RunState.RUNNING)
        .group_by(col(PullRun.source_id))
        .subquery()
    )
    runs = select(PullRun).join(
        last, (col(PullRun.source_id) == last.c.source_id) & (col(PullRun.number) == last.c.number)
    )
    return {one.source_id: _run(one) for one in session.exec(runs)}


def _runs_under_way(session: Session) -> dict[UUID, datetime]:
    running = select(PullRun.source_id, PullRun.started_at).where(PullRun.state == RunState.RUNNING)
    return dict(session.exec(running).all())


def _open_actions(session: Session) -> dict[UUID, SourceAction]:
    rows = session.exec(
        select(CorrectiveAction).where(
            col(CorrectiveAction.closed_at).is_(None), col(CorrectiveAction.source_id).is_not(None)
        )
    )
    return {one.subject_id: SourceAction(one.code, Words(**one.because), one.facts, one.due) for one in rows}


def _figures(session: Session) -> dict[UUID, list[Choice]]:
    found: dict[UUID, list[Choice]] = defaultdict(list)
    rows = session.exec(
        select(Calculation.source_id, Indicator)
        .join(Indicator, col(Indicator.id) == col(Calculation.indicator_id))
        .order_by(col(Indicator.code))
        .distinct()
    )
    for source_id, indicator in rows:
        found[source_id].append(Choice(indicator.code, indicator.name))
    return found


_TOLD = ("error", "remedy", "mistakes")


def _run(one: PullRun) -> RunView:
    kept = {name: getattr(one, name) for name in RunView.__dataclass_fields__ if name not in _TOLD}
    error, remedy = (told_message(kept) if kept else None for kept in (one.error, one.remedy))
    mistakes = tuple(told_mistake(kept) for kept in (one.error or {}).get("mistakes", ()))
    return RunView(**kept, error=error, remedy=remedy, mistakes=mistakes)
