"""The worker: a ticker in memory looks at short intervals for rows that are due; it has nothing else to remember."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from okr_engine.access import SCHEDULE
from okr_engine.errors import OkrError
from okr_engine.services.asking import ask_due
from okr_engine.services.delivering import deliver_due
from okr_engine.services.effect_proposals import has_news, propose_effects
from okr_engine.services.escalation import clocks_are_due, fire_due_clocks
from okr_engine.services.evaluation import decide_newly_covered, newly_covered
from okr_engine.services.installation import Installation
from okr_engine.services.notifying import notify_due
from okr_engine.services.policy_adoption import adopt_newer_policy
from okr_engine.services.pulls import pull
from okr_engine.services.returning_actions import let_dismissed_return, risks_are_over
from okr_engine.services.schedules import due_sources

_log = logging.getLogger("okr_engine")


@dataclass(frozen=True)
class Job:
    """Something that is looked after at intervals; `run` is told when to stop early."""

    name: str
    every: timedelta
    run: Callable[[Installation, Callable[[], bool]], object]


def pull_due_sources(place: Installation, keep_going: Callable[[], bool]) -> int:
    """Read every source that is due and that nobody else reads, one after another; how many were read.

    One whose reading cannot be recorded keeps no other from being read.
    """
    count = 0
    for code in place.ask(due_sources, place.now()):
        if not keep_going():
            break
        try:
            count += pull(place, code, asked_by="schedule", keep_going=keep_going) is not None
        except OkrError as error:
            _log.warning("%s: %s", code, error)
        except Exception:  # a reading must not take the worker with it
            _log.exception("Reading %s failed", code)
    return count


def decide_by_new_rules(place: Installation, keep_going: Callable[[], bool]) -> int:  # noqa: ARG001 - it is short
    """On the day on which an edition of the rules takes force, decide the quarters again that it covers."""
    today = place.now().date()
    if not place.ask(newly_covered, today=today):
        return 0
    return place.act(SCHEDULE, decide_newly_covered, place.rulebooks).decided


def deliver_tasks(place: Installation, keep_going: Callable[[], bool]) -> int:
    """Send every step of an action that is due to a task platform; how many were tried."""
    return deliver_due(place, keep_going)


def propose_verdicts(place: Installation, keep_going: Callable[[], bool]) -> int:  # noqa: ARG001 - it is short
    """Say what the figures show of the actions whose effect waits to be confirmed; how many proposals have changed."""
    return place.act(SCHEDULE, propose_effects) if place.ask(has_news, today=place.now().date()) else 0


def ask_platforms(place: Installation, keep_going: Callable[[], bool]) -> int:
    """Ask the task platforms that are due what has become of the tasks; how many times one was asked."""
    return ask_due(place, keep_going)


def notify_people(place: Installation, keep_going: Callable[[], bool]) -> int:
    """Tell people what waits for them and may not wait longer; how many messages were tried."""
    return notify_due(place, keep_going)


def escalate(place: Installation, keep_going: Callable[[], bool]) -> int:
    """Let the clocks fire that are due, until none is; how many did."""
    count = 0
    while keep_going() and place.ask(clocks_are_due, place.now()) and (fired := place.act(SCHEDULE, fire_due_clocks)):
        count += fired
    return count


def look_after_actions(place: Installation, keep_going: Callable[[], bool]) -> int:
    """Let open actions adopt a newer policy, and dismissed ones return whose accepted risk is over; how many did."""
    count = 0
    while keep_going() and (adopted := place.act(SCHEDULE, adopt_newer_policy)):
        count += adopted
    if place.ask(risks_are_over, today=place.today()):
        count += place.act(SCHEDULE, let_dismissed_return, today=place.today())
    return count


TIMETABLE = (
    Job("pull due sources", timedelta(seconds=3), pull_due_sources),
    Job("decide by new rules", timedelta(minutes=10), decide_by_new_rules),
    Job("deliver tasks", timedelta(seconds=3), deliver_tasks),
    Job("propose verdicts on effects", timedelta(hours=1), propose_verdicts),
    Job("ask task platforms", timedelta(seconds=3), ask_platforms),
    Job("notify people", timedelta(seconds=5), notify_people),
    Job("escalate", timedelta(seconds=20), escalate),
    Job("look after actions", timedelta(minutes=10), look_after_actions),
)


@contextmanager
def running_worker(place: Installation) -> Iterator[None]:
    """Work beside the block, each job in a thread of its own; at its end, each stops where it has read or sent last."""
    over = Event()
    # It warns of each tick that finds the one before still at work, which is as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(TIMETABLE))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in TIMETABLE:
        scheduler.add_job(_guarded, "interval", args=[job, place, over], seconds=job.every.total_seconds())
    scheduler.start()
    try:
        yield
    finally:
        over.set()
        scheduler.shutdown(wait=True)


def _guarded(job: Job, place: Installation, over: Event) -> None:
    """One tick: what goes wrong is written down, and the next tick comes."""
    try:
        job.run(place, lambda: not over.is_set())
    except OkrError as error:
        _log.warning("%s: %s", job.name, error)
    except Exception:  # the edge of the process
        _log.exception("%s failed", job.name)
