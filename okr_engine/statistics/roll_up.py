"""How a goal stands: as its worst key result, with counts and coverage, never as a mean."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from okr_engine.terms import Status

_SEVERITY = (Status.NOT_ASSESSED, Status.ON_TRACK, Status.NO_DATA, Status.CHALLENGES, Status.NEEDS_SUPPORT)


@dataclass(frozen=True)
class Standing:
    """A status with what lies behind it: how many of each, and how many of all are measured."""

    status: Status
    counts: Mapping[Status, int]

    @property
    def of(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def measured(self) -> int:
        """How many have a figure."""
        return self.of - self.counts[Status.NO_DATA]

    @property
    def not_assessed(self) -> int:
        """How many have a figure but nothing to judge it by."""
        return self.counts[Status.NOT_ASSESSED]


def worst_of(statuses: Iterable[Status]) -> Standing:
    """The worst of `statuses`; a missing figure weighs more than a good one, so nothing is green for lack of data."""
    counted = Counter(statuses)
    counts = {status: counted[status] for status in Status}
    worst = max((status for status in counted), key=_SEVERITY.index, default=Status.NOT_ASSESSED)
    return Standing(worst, counts)
