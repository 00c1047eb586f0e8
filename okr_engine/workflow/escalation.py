"""The escalation policy: who is asked in which order, how long each of them has, and when the next one is asked."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from okr_engine.model import ActionEventKind, ActionState
from okr_engine.rulebook import ChainRole
from okr_engine.workflow.lifecycle import OPEN, Standing
from okr_engine.workflow.working_time import Hours, WorkingTime

LONGEST_WAIT = 2_000
MOST_REMINDERS = 20
FARTHEST = timedelta(days=366)
"""However far away a day is, somebody looks at an open action within a year."""

WorkingHours = Annotated[int, Field(ge=0, le=LONGEST_WAIT)]


class Subject(StrEnum):
    """What an action can be on; each has a chain of its own."""

    KEY_RESULT = "key_result"
    SOURCE = "source"


class Policy(BaseModel):
    """An escalation policy that can be followed: every open state has a clock, every subject a chain.

    Clocks count working hours: those of work under way from the day it is due, those of work that is done from the day
    its effect can be judged, the others from the last step. `extensions` of the due day are one too many.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: str
    begins: time
    ends: time
    closed_days: frozenset[date] = frozenset()
    quiet: tuple[time, time] | None = None
    chain: Mapping[Subject, tuple[ChainRole, ...]]
    clocks: Mapping[ActionState, WorkingHours]
    support_request: Annotated[int, Field(ge=1, le=LONGEST_WAIT)]
    reminders: Annotated[int, Field(ge=0, le=MOST_REMINDERS)]
    repeat: Annotated[int, Field(ge=1, le=LONGEST_WAIT)]
    extensions: Annotated[int, Field(ge=1, le=MOST_REMINDERS)]

    @model_validator(mode="after")
    def _nothing_falls_silent(self) -> Self:
        if missing := OPEN - self.clocks.keys():
            raise ValueError(f"open states without a clock: {', '.join(sorted(missing))}")
        if any(hours < least_wait(state) for state, hours in self.clocks.items()):
            raise ValueError("whoever is asked needs an hour at least")
        if missing_chains := set(Subject) - {subject for subject, links in self.chain.items() if links}:
            raise ValueError(f"nobody is asked about: {', '.join(sorted(missing_chains))}")
        if not self.begins < self.ends:
            raise ValueError("the working day ends before it begins")
        if self.quiet is not None and not can_be_asked(Hours(self.begins, self.ends), Hours(*self.quiet)):
            raise ValueError("all of the working day is quiet")
        return self

    @cached_property
    def working_time(self) -> WorkingTime:
        """The calendar that the clocks run by."""
        quiet = Hours(*self.quiet) if self.quiet else None
        return WorkingTime(ZoneInfo(self.time_zone), Hours(self.begins, self.ends), self.closed_days, quiet)

    def clock_of(
        self, standing: Standing, *, top: int, asked_at: datetime | None = None, verdict_day: date | None = None
    ) -> datetime | None:
        """When the next of the chain is asked if nobody moves the action; None for a closed one.

        `top` is the chain's last level, `asked_at` when whoever has been reminded was reminded last, and `verdict_day`
        the first day on which the effect of work that is done can be judged.
        """
        if standing.state not in OPEN:
            return None
        counted_from = max(standing.since, asked_at or standing.since)
        farthest = self.working_time.day_of(counted_from + FARTHEST)
        if standing.state is ActionState.IN_PROGRESS:
            after_due = min(standing.due, farthest) + timedelta(days=1)
            counted_from = max(counted_from, self.working_time.begin_of(after_due))
        if standing.state is ActionState.DONE and verdict_day is not None:
            counted_from = max(counted_from, self.working_time.begin_of(min(verdict_day, farthest)))
        repeats = standing.level >= top or standing.reminders > self.reminders
        waits = self.repeat if repeats and standing.state is not ActionState.RAISED else self.clocks[standing.state]
        return self.working_time.later(counted_from, waits)

    def support_clock(self, asked_at: datetime) -> datetime:
        """When whoever was asked for support at that moment is asked again."""
        return self.working_time.later(asked_at, self.support_request)

    def fires_as(self, standing: Standing, *, can_rise: bool) -> ActionEventKind:
        """What a clock that fires does: somebody is told, then reminded, then the next level is asked.

        Where nobody else can be asked (`can_rise` is false) those at the top are reminded for ever.
        """
        if standing.state is ActionState.RAISED:
            return ActionEventKind.NOTIFIED
        if can_rise and standing.reminders >= self.reminders:
            return ActionEventKind.ESCALATED
        return ActionEventKind.REMINDED


def least_wait(state: ActionState) -> int:
    """The fewest working hours that a clock can have: only who is to be told first can be told at once."""
    return 0 if state is ActionState.RAISED else 1


def can_be_asked(working: Hours, quiet: Hours) -> bool:
    """Whether an hour of the working day is left that is not quiet: one begins where either of them begins or ends."""
    return any(at in working and at not in quiet for at in (working.begins, quiet.ends))
