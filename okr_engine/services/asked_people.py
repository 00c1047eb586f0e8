"""Whom to ask about an action at a level of its chain, resolved when it matters: never nobody."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col

from okr_engine.access import OPERATOR
from okr_engine.database import columns_of
from okr_engine.kept_words import kept_message
from okr_engine.model import ActionStep, CorrectiveAction, RoleKind
from okr_engine.services.organisation_charts import OrganisationChart, Post
from okr_engine.words import Message, message

RESPONSIBLE = 0
"""The level of whoever an action is assigned to; the links of its chain follow, whoever answers for it first."""


@dataclass(frozen=True)
class Desk:
    """Where an action can lie: on a person's own desk or a role's; a kind without a role was vacant at the raising."""

    level: int
    kind: RoleKind | None = None
    role_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True)
class Asked:
    """Who is asked, by code, at which level and in which role; `because` says why it is not somebody nearer."""

    level: int
    people: tuple[str, ...]
    role: Post | None = None
    because: tuple[Message, ...] = ()

    def kept(self) -> dict[str, Any]:
        """Who is asked, and why not somebody nearer, as the history keeps it."""
        return {"asked": list(self.people), "because": [kept_message(one) for one in self.because]}


@dataclass(frozen=True)
class Asking:
    """An action's desks, nearest first, in a unit on a day.

    `without` is who is not asked, by code: work that is done is not judged by whoever has done it.
    """

    chart: OrganisationChart
    unit_id: UUID
    desks: Sequence[Desk]
    day: date
    without: frozenset[str] = field(default_factory=frozenset)

    def at(self, level: int) -> Asked:
        """Who is asked at that level: those at the desk, or else at the next one where somebody is.

        Behind the last desk the strategy office of the unit or above is asked, then an administrator; where everybody
        is away, those who are away; and where there is nobody at all, whoever runs the installation.
        """
        because = list[Message]()
        for desk in self._desks_from(level):
            if found := self._present_at(desk, because):
                return replace(found, because=tuple(because))
        because.append(message("asking.everybody_away"))
        for desk in self._desks_from(level):
            if found := self._anybody_at(desk):
                return replace(found, because=tuple(because))
        return Asked(self._top, (OPERATOR.code,), None, (message("asking.nobody_at_all"),))

    def above(self, level: int) -> Asked | None:
        """Who is asked next, if those at `level` do not move it; links that would ask the same again are passed over.

        None at the top.
        """
        known = set(self.at(level).people)
        higher = (self.at(one) for one in range(level + 1, self._top + 1))
        return next((found for found in higher if not set(found.people) <= known), None)

    @property
    def _top(self) -> int:
        return max((desk.level for desk in self.desks), default=0)

    def _desks_from(self, level: int) -> Iterator[Desk]:
        yield from (desk for desk in self.desks if desk.level >= level)
        for post in self.chart.above(self.unit_id, RoleKind.STRATEGY_OFFICE):
            yield Desk(self._top, post.kind, post.id)
        for post in self.chart.of_kind(RoleKind.ADMINISTRATOR):
            yield Desk(self._top, post.kind, post.id)

    def _present_at(self, desk: Desk, because: list[Message]) -> Asked | None:
        """Those at the desk who are not away; whoever is missing there is told of in `because`."""
        if desk.person_id is not None:
            here = self._present([desk.person_id], because)
            return self._asked(desk, here, None)
        post = self._post(desk)
        if post is None:
            _tell(because, message("asking.no_such_role", role=message(f"role.{desk.kind}")))
            return None
        holders = self.chart.holders(post.id, self.day, deputies=False)
        if not holders:
            _tell(because, message("asking.vacant", role=post.name))
        missing = list[Message]()
        if here := self._present(holders, missing):
            return self._asked(desk, here, post)
        for one in missing:
            _tell(because, one)
        deputies = self._present(self.chart.holders(post.id, self.day, deputies=True), because)
        if deputies:
            _tell(because, message("asking.deputy", role=post.name))
        return self._asked(desk, deputies, post)

    def _present(self, people: Sequence[UUID], because: list[Message]) -> list[UUID]:
        here = list[UUID]()
        for person in people:
            name, code = self.chart.people[person]
            if code in self.without:
                _tell(because, message("asking.has_done_it", name=name))
            elif until := self.chart.away_until(person, self.day):
                _tell(because, message("asking.away", name=name, until=until))
            elif self.chart.has_left(person, self.day):
                _tell(because, message("asking.has_left", name=name))
            else:
                here.append(person)
        return here

    def _anybody_at(self, desk: Desk) -> Asked | None:
        post = self._post(desk)
        people = [desk.person_id] if desk.person_id else []
        if post is not None:
            people = [
                one for deputies in (False, True) for one in self.chart.holders(post.id, self.day, deputies=deputies)
            ]
        wanted = [
            one
            for one in people
            if self.chart.people[one][1] not in self.without and not self.chart.has_left(one, self.day)
        ]
        return self._asked(desk, wanted, post)

    def _post(self, desk: Desk) -> Post | None:
        """The desk's role, or for a vacancy the nearest of its kind that there is by now."""
        if desk.role_id is not None:
            return self.chart.posts[desk.role_id]
        return next(iter(self.chart.above(self.unit_id, desk.kind)), None) if desk.kind else None

    def _asked(self, desk: Desk, people: Sequence[UUID], post: Post | None) -> Asked | None:
        return Asked(desk.level, self.chart.codes(people), post) if people else None


def chain_desks(session: Session, actions: Collection[UUID]) -> dict[UUID, list[Desk]]:
    """The links of each action's chain, from level 1 up; level 0 is whoever the action is assigned to."""
    links: dict[UUID, list[Desk]] = {action: [] for action in actions}
    steps = columns_of(ActionStep.action_id, ActionStep.level, ActionStep.kind, ActionStep.role_id)
    for action, level, kind, role in session.execute(
        steps.where(col(ActionStep.action_id).in_(links)).order_by(col(ActionStep.level))
    ):
        links[action].append(Desk(level + 1, kind, role))
    return links


def own_desk(action: CorrectiveAction, links: Sequence[Desk]) -> Desk:
    """The desk of whoever the action is assigned to; of a vacancy it is known what kind of role is missing."""
    kind = links[0].kind if links and action.assigned_person_id is None else None
    return Desk(RESPONSIBLE, kind, action.assigned_role_id, action.assigned_person_id)


def _tell(because: list[Message], why: Message) -> None:
    if why not in because:
        because.append(why)
