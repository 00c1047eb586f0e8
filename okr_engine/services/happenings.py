"""What happened to a series while it was measured: corrective actions that began and ended, figures that changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from okr_engine.database import known_at
from okr_engine.model import CorrectiveAction
from okr_engine.services.figure_series import Happening, HappeningKind, Observed


def actions_on(
    session: Session, key_results: Collection[UUID], as_of: datetime | None
) -> dict[UUID, tuple[Happening, ...]]:
    """When corrective actions on these key results began and ended, by key result."""
    found: dict[UUID, tuple[Happening, ...]] = defaultdict(tuple)
    for one in known_at(session, CorrectiveAction, as_of):
        if one.key_result_id in key_results and one.key_result_id is not None:
            found[one.key_result_id] += tuple(_of_action(one))
    return found


def happenings_of(figures: Iterable[Observed], actions: Iterable[Happening] = ()) -> tuple[Happening, ...]:
    """What happened to the actions and to the figures, the earliest first."""
    restated = [
        Happening(one.recorded_at, HappeningKind.RESTATED, one.period, reason=one.reason)
        for one in figures
        if one.is_restated
    ]
    return tuple(sorted([*actions, *restated], key=lambda one: (one.at, one.code, one.period)))


def _of_action(action: CorrectiveAction) -> Iterable[Happening]:
    yield Happening(action.raised_at, HappeningKind.ACTION_RAISED, action.period, action.code)
    if action.closed_at is not None:
        yield Happening(action.closed_at, HappeningKind.ACTION_CLOSED, action.period, action.code)
