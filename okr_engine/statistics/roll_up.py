"""How key results add up: to the worst of them, or by weight where it is decided so; never to a bare mean."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from okr_engine.terms import RollUpMethod, Status

_SEVERITY = (Status.NOT_ASSESSED, Status.ON_TRACK, Status.NO_DATA, Status.CHALLENGES, Status.NEEDS_SUPPORT)


@dataclass(frozen=True)
class Policy:
    """A method; by weight, `on_track_from` is the share of the weight that has to be on track: above 0, at most 1."""

    method: RollUpMethod = RollUpMethod.WORST_OF
    on_track_from: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if not 0 < self.on_track_from <= 1:
            raise ValueError("a share above 0 and at most 1")


@dataclass(frozen=True)
class Member:
    """One of those that add up, with the weight it has been given (above 0)."""

    status: Status
    weight: Decimal = Decimal(1)


@dataclass(frozen=True)
class Standing:
    """A status with what lies behind it: how many of each, and how many of all are measured.

    `on_track_share` is the share of the weight that is on track, 0–1: only where the policy goes by weight and
    something has been assessed or should have been.
    """

    status: Status
    counts: Mapping[Status, int]
    on_track_share: Decimal | None = None

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

    @property
    def hidden(self) -> Mapping[Status, int]:
        """What the share does not show: how many need support, meet challenges or lack a figure."""
        if self.on_track_share is None:
            return {}
        worse = (Status.NEEDS_SUPPORT, Status.CHALLENGES, Status.NO_DATA)
        return {status: self.counts[status] for status in worse if self.counts[status]}


def rolled_up(members: Iterable[Member], policy: Policy = Policy()) -> Standing:
    """What the members add up to by the policy.

    The worst of them: a missing figure weighs more than a good one. By weight: one that needs support is never
    outweighed, a missing figure counts as not on track, and where nothing is measured there is no data.
    """
    known = list(members)
    counted = Counter(member.status for member in known)
    counts = {status: counted[status] for status in Status}
    worst = max(counted, key=_SEVERITY.index, default=Status.NOT_ASSESSED)
    if policy.method is RollUpMethod.WORST_OF:
        return Standing(worst, counts)
    judged = [member for member in known if member.status is not Status.NOT_ASSESSED]
    whole = sum(member.weight for member in judged)
    if not whole:
        return Standing(worst, counts)
    share = sum(member.weight for member in judged if member.status is Status.ON_TRACK) / whole
    return Standing(_by_weight(worst, counted, share, policy), counts, Decimal(share))


def _by_weight(worst: Status, counted: Mapping[Status, int], share: Decimal | int, policy: Policy) -> Status:
    if worst is Status.NEEDS_SUPPORT:
        return worst
    if share >= policy.on_track_from:
        return Status.ON_TRACK
    return Status.CHALLENGES if counted[Status.CHALLENGES] else Status.NO_DATA
