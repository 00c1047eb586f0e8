"""source → event, and on to the end of the sentence: a source is read, stored, measured and decided in one run."""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import Session, select

from connectors.registry import Registry, known_sources
from okr_engine.access import SCHEDULE, Actor
from okr_engine.database import moment_of, write_deed
from okr_engine.errors import DatabaseUnavailable, EventsBusy, InvalidFile, NotFound, OkrError, SourceUnavailable
from okr_engine.kept_words import kept_message, kept_mistake
from okr_engine.measuring.events import Event
from okr_engine.measuring.set_aside import set_aside
from okr_engine.measuring.sources import Batch, Watermark, batches
from okr_engine.measuring.storing import Stored, store_events
from okr_engine.model import PullRun, RunState, Source
from okr_engine.services.calculations import Computation, computed_after
from okr_engine.services.connections import client_for, person_key_of, read_settings
from okr_engine.services.evaluation import evaluate, with_later_quarters
from okr_engine.services.installation import Installation
from okr_engine.services.kept_figures import keep_figures, mark_missing
from okr_engine.services.schedules import FIRST_RETRY, claim, due_again, next_due, renew, schedule_of
from okr_engine.services.source_actions import PullFacts, follow_up
from okr_engine.words import message

_HEARTBEAT_SECONDS = 60
_PATIENCE = timedelta(minutes=10)
_log = logging.getLogger("okr_engine")


@dataclass(frozen=True)
class PullReport:
    """What came of a run, down to statuses and actions; `error` says why it failed."""

    source: str
    number: int
    state: RunState
    records_read: int
    records_set_aside: int
    events_added: int
    events_replaced: int
    events_unchanged: int
    events_superseded: int
    values_written: int
    values_restated: int
    statuses_decided: int
    actions_raised: tuple[str, ...]
    error: OkrError | None


def pull(
    place: Installation,
    code: str,
    *,
    asked_by: str,
    registry: Registry | None = None,
    keep_going: Callable[[], bool] = lambda: True,
) -> PullReport | None:
    """Read a source whole: its events, the figures they change, the statuses and actions that follow.

    None while somebody else reads it. What goes wrong is in the report, in the run's row and on the screen: the last
    good figures stay, and what is missing says why. A run that `keep_going` ends keeps what it has read. Raises
    NotFound for a source there is not, DatabaseUnavailable when nothing can be recorded.
    """
    begun = place.act(SCHEDULE, _begin, code, asked_by=asked_by, holder=_holder())
    if begun is None:
        return None
    try:
        with _held(place, begun) as lease:
            reading = _read(place, begun, registry or known_sources(), lambda: keep_going() and lease.holds)
            computation = _computation(place, begun, reading)
        return place.act(SCHEDULE, _conclude, place, begun, reading, computation)
    except BaseException:
        place.act(SCHEDULE, _abandon, begun)
        raise


@dataclass(frozen=True)
class _Begun:
    """A claimed source, as it was when its run began."""

    source_id: UUID
    run_id: UUID
    code: str
    number: int
    connector: str
    settings: dict[str, Any]
    since: Watermark | None
    holder: str
    at: datetime

    @property
    def run(self) -> str:
        """The run's name, which its events and figures carry."""
        return f"{self.code}-{self.number}"


@dataclass
class _Lease:
    """Whether the source is still ours."""

    holds: bool = True


@dataclass
class _Reading:
    """How far the reading has come, and what stopped it; one that was interrupted has met no failure."""

    read: int = 0
    set_aside: int = 0
    watermark: Watermark | None = None
    stored: Stored = field(default_factory=Stored)
    error: OkrError | None = None
    was_interrupted: bool = False


def _begin(session: Session, _actor: Actor, code: str, *, asked_by: str, holder: str) -> _Begun | None:
    source = session.exec(select(Source).where(Source.code == code)).first()
    if source is None:
        raise NotFound(message("sources.no_such_source", code=code))
    schedule, now = schedule_of(session, source.id), moment_of(session)
    if not claim(session, source.id, holder, now):
        return None
    _give_up_lost_runs(session, source.id, now)
    last = session.exec(select(func.max(PullRun.number)).where(PullRun.source_id == source.id)).one()
    run = PullRun(
        source_id=source.id,
        number=(last or 0) + 1,
        asked_by=schedule.asked_by or asked_by,
        started_at=now,
        from_the_start=schedule.watermark is None,
    )
    schedule.asked_by = None
    session.add_all([run, schedule])
    return _Begun(
        source_id=source.id,
        run_id=run.id,
        code=source.code,
        number=run.number,
        connector=source.connector,
        settings=source.settings,
        since=Watermark.model_validate(schedule.watermark) if schedule.watermark else None,
        holder=holder,
        at=now,
    )


def _give_up_lost_runs(session: Session, source_id: UUID, now: datetime) -> None:
    lost = session.exec(select(PullRun).where(PullRun.source_id == source_id, PullRun.state == RunState.RUNNING))
    for run in lost:
        run.state, run.finished_at = RunState.LOST, now
        session.add(run)


def _read(place: Installation, begun: _Begun, registry: Registry, keep_going: Callable[[], bool]) -> _Reading:
    """Read and store; whatever goes wrong is kept in the reading, with what had been read until then.

    What could not be stored counts as not read.
    """
    reading = _Reading()
    try:
        source, settings = read_settings(registry, begun.connector, begun.settings, code=begun.code)
        with client_for(settings, place.settings.inner_host_names) as client:
            key = person_key_of(place.settings)
            given = batches(source, settings, client, since=begun.since, now=begun.at, person_key=key)
            events = _events(place, begun, given, reading, keep_going)
            reading.stored = store_events(
                place.settings.events, events, run=begun.run, now=begun.at, patience=_PATIENCE
            )
    except OkrError as error:
        reading.error, reading.watermark = error, None
    except Exception as error:  # a connector may be anybody's, and must not take the worker with it
        _log.exception("Reading %s failed", begun.code)
        reading.error, reading.watermark = OkrError(message("sources.unexpected", reason=type(error).__name__)), None
    return reading


def _events(
    place: Installation,
    begun: _Begun,
    given: Iterator[Batch],
    reading: _Reading,
    keep_going: Callable[[], bool],
) -> Iterator[Event]:
    """The events as they come; a watermark is kept once everything before it has been handed on."""
    try:
        for batch in given:
            if not keep_going():
                reading.was_interrupted = True
                raise SourceUnavailable(message("sources.interrupted"), try_again=begun.at)
            reading.read += batch.read
            reading.set_aside += set_aside(
                place.settings.events, batch.set_aside, source=begun.code, run=begun.run, now=begun.at
            )
            yield from batch.events
            reading.watermark = batch.watermark or reading.watermark
    except OkrError as error:
        reading.error = error


def _computation(place: Installation, begun: _Begun, reading: _Reading) -> Computation:
    """The figures that the events change; none after a reading that failed, because events may be missing."""
    if reading.error is not None:
        return Computation()
    try:
        return computed_after(place, source=begun.source_id, now=begun.at)
    except OkrError as error:
        return Computation(error=error)


def _conclude(
    session: Session, actor: Actor, place: Installation, begun: _Begun, reading: _Reading, computation: Computation
) -> PullReport | None:
    """Record all that came of the run, in one transaction; nothing where the source has been taken by somebody else."""
    if not renew(session, begun.source_id, begun.holder, moment_of(session)):
        return None
    source, run = session.get_one(Source, begun.source_id), session.get_one(PullRun, begun.run_id)
    error = reading.error or computation.error
    kept = keep_figures(session, actor, computation.figures, run=begun.run, settings=place.settings)
    missing, quarters = 0, set(kept.quarters)
    if reading.error is not None and not reading.was_interrupted:
        missing, quarters = mark_missing(session, actor, source, run=begun.run, today=_today(place, begun.at))
    _move_on(session, place, source, begun, reading)
    decided = evaluate(session, actor, with_later_quarters(session, quarters), place.rulebooks)
    uncomputed = computation.failed
    raised = (
        [] if reading.was_interrupted else _followed_up(session, place, source, begun, reading, missing, uncomputed)
    )
    report = PullReport(
        source=begun.code,
        number=begun.number,
        state=RunState.DONE if error is None else RunState.FAILED,
        records_read=reading.read,
        records_set_aside=reading.set_aside,
        events_added=reading.stored.added,
        events_replaced=reading.stored.replaced,
        events_unchanged=reading.stored.unchanged,
        events_superseded=reading.stored.superseded,
        values_written=kept.written,
        values_restated=kept.restated,
        statuses_decided=decided.decided,
        actions_raised=(*decided.raised, *raised),
        error=error,
    )
    _enter(session, run, report)
    return report


def _followed_up(
    session: Session,
    place: Installation,
    source: Source,
    begun: _Begun,
    reading: _Reading,
    missing: int,
    uncomputed: int,
) -> Sequence[str]:
    """The codes of the actions that the run calls for.

    Records that stand aside are seen where some were set aside, or where the source was read from its beginning.
    """
    schedule, now = schedule_of(session, source.id), moment_of(session)
    is_seen = reading.set_aside or (begun.since is None and reading.read)
    facts = PullFacts(
        failures=schedule.failures,
        figures_missing=missing,
        figures_uncomputed=uncomputed,
        days_without=(now - schedule.last_good_at).days if schedule.last_good_at else None,
        set_aside_percent=round(100 * reading.set_aside / reading.read, 4) if is_seen else None,
    )
    found = follow_up(session, source, facts, place.rulebooks.data_quality, today=_today(place, now))
    return [one.code for one in found]


def _today(place: Installation, moment: datetime) -> date:
    return moment.astimezone(place.settings.zone).date()


def _move_on(session: Session, place: Installation, source: Source, begun: _Begun, reading: _Reading) -> None:
    """Keep the watermark, say when the source is due again, and let go of it."""
    schedule, now, zone = schedule_of(session, source.id), moment_of(session), place.settings.zone
    if reading.watermark is not None:
        schedule.watermark = reading.watermark.model_dump(mode="json")
    if reading.error is None:
        schedule.last_good_at, schedule.failures = begun.at, 0
        schedule.next_due = next_due(source, now, zone)
    elif reading.was_interrupted:
        schedule.next_due = now
    else:
        schedule.failures += 1
        schedule.next_due = _next_try(source, schedule.failures, reading.error, now, place)
    schedule.held_by = schedule.held_until = None
    session.add(schedule)


def _next_try(source: Source, failures: int, error: OkrError, now: datetime, place: Installation) -> datetime:
    """Soon where waiting may help; where a person has to act, at the next regular time."""
    if isinstance(error, SourceUnavailable | EventsBusy):
        try_again = getattr(error, "try_again", None)
        return due_again(source, failures=failures, try_again=try_again, now=now, zone=place.settings.zone)
    return next_due(source, now, place.settings.zone)


def _enter(session: Session, run: PullRun, report: PullReport) -> None:
    """Write the report into the run's row, and the deed into the audit log."""
    counts = {
        name: value for name, value in vars(report).items() if name.startswith(("records_", "events_", "values_"))
    }
    for name, value in counts.items():
        setattr(run, name, value)
    run.state, run.finished_at = report.state, moment_of(session)
    run.statuses_decided, run.actions_raised = report.statuses_decided, len(report.actions_raised)
    if report.error is not None:
        run.error_kind = type(report.error).__name__
        run.error = _kept_error(report.error)
        run.remedy = kept_message(report.error.remedy) if report.error.remedy else None
        run.try_again = getattr(report.error, "try_again", None)
    session.add(run)
    deed = {"source": report.source, "number": report.number, "state": report.state.value, **counts}
    write_deed(session, noun="pull_run", subject=str(run.id), after=deed)


def _kept_error(error: OkrError) -> dict[str, Any]:
    """What went wrong, and every mistake where there are several."""
    mistakes = error.mistakes if isinstance(error, InvalidFile) else ()
    return {**kept_message(error.what), "mistakes": [kept_mistake(one) for one in mistakes]}


def _abandon(session: Session, _actor: Actor, begun: _Begun) -> None:
    """Let go of the source at once and come back to it in a while; its run is lost."""
    run, schedule = session.get_one(PullRun, begun.run_id), schedule_of(session, begun.source_id)
    if schedule.held_by == begun.holder:
        schedule.held_by = schedule.held_until = None
        schedule.next_due = moment_of(session) + FIRST_RETRY
        run.state, run.finished_at = RunState.LOST, moment_of(session)
        session.add_all([run, schedule])


@contextmanager
def _held(place: Installation, begun: _Begun) -> Iterator[_Lease]:
    """Renew the claim every minute from beside the work, however long one step of it takes."""
    lease, over = _Lease(), Signal()

    def keep() -> None:
        while not over.wait(_HEARTBEAT_SECONDS):
            try:
                lease.holds = place.act(SCHEDULE, _renew, begun)
            except DatabaseUnavailable:
                _log.warning("The claim on %s could not be renewed", begun.code)

    beside = Thread(target=keep, name=f"lease {begun.code}", daemon=True)
    beside.start()
    try:
        yield lease
    finally:
        over.set()
        beside.join()


def _renew(session: Session, _actor: Actor, begun: _Begun) -> bool:
    return renew(session, begun.source_id, begun.holder, moment_of(session))


def _holder() -> str:
    return f"{socket.gethostname()[:50]} {os.getpid()} {uuid4().hex[:8]}"
