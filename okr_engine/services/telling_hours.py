"""When people may be told: on working days, outside quiet hours; what can wait goes out once a day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from okr_engine.i18n.formats import HOME
from okr_engine.services.escalation_policies import policy_in_force
from okr_engine.workflow.working_time import Hours
from okr_engine.working_days import is_working_day


@dataclass(frozen=True)
class TellingHours:
    """The hours of an organisation; quiet hours may run over midnight."""

    digest_at: time = time(8)
    quiet_from: time = time(20)
    quiet_to: time = time(7)
    time_zone: str = HOME
    closed_days: frozenset[date] = frozenset()

    def next_moment(self, now: datetime, *, urgent: bool) -> datetime:
        """The first moment from `now` on at which a person may be told; what is not urgent waits for the digest."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        if not urgent:
            return self._next_at(self.digest_at, local)
        if self._is_open(local.date()) and local.time() not in Hours(self.quiet_from, self.quiet_to):
            return now
        return self._next_at(self.quiet_to, local)

    def _is_open(self, day: date) -> bool:
        return is_working_day(day) and day not in self.closed_days

    def _next_at(self, clock: time, local: datetime) -> datetime:
        day: date = local.date()
        while not self._is_open(day) or datetime.combine(day, clock, local.tzinfo) < local:
            day += timedelta(days=1)
        return datetime.combine(day, clock, local.tzinfo)


def telling_hours(session: Session, now: datetime) -> TellingHours:
    """The hours of the escalation policy in force; without quiet hours of its own, those of the working day's rest."""
    policy = policy_in_force(session, now.date()).policy
    quiet_from, quiet_to = policy.quiet or (policy.ends, policy.begins)
    return TellingHours(policy.begins, quiet_from, quiet_to, policy.time_zone, policy.closed_days)
