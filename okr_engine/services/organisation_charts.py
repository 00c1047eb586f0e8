"""Who can be asked: the roles of every unit, who holds them on a day, and who is away then."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from okr_engine.database import columns_of
from okr_engine.model import Absence, OrgUnit, Person, Role, RoleHolding, RoleKind
from okr_engine.words import Words


@dataclass(frozen=True)
class Post:
    """A role as it stands in the organisation."""

    id: UUID
    code: str
    name: Words
    kind: RoleKind
    unit_id: UUID


@dataclass(frozen=True)
class Holding:
    """Somebody in a role from one day to another."""

    person_id: UUID
    starts: date
    ends: date | None
    deputy: bool

    def covers(self, day: date) -> bool:
        """Whether the role is held on that day."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True)
class OrganisationChart:
    """The whole organisation, read once and asked about any day."""

    parents: Mapping[UUID, UUID | None]
    posts: Mapping[UUID, Post]
    holdings: Mapping[UUID, tuple[Holding, ...]]
    people: Mapping[UUID, tuple[str, str]]
    absences: Mapping[UUID, tuple[tuple[date, date], ...]]

    def holders(self, role: UUID, day: date, *, deputies: bool) -> list[UUID]:
        """Who holds the role on that day, or deputises for whoever does; in the order of their names."""
        held = {one.person_id for one in self.holdings.get(role, ()) if one.covers(day) and one.deputy == deputies}
        return sorted(held, key=lambda person: self.people[person])

    def away_until(self, person: UUID, day: date) -> date | None:
        """The last day of an absence that covers `day`, absences that follow at once included; None: not away."""
        until = None
        for starts, ends in sorted(self.absences.get(person, ())):
            wanted = date.fromordinal(until.toordinal() + 1) if until else day
            if starts <= wanted <= ends:
                until = ends
        return until

    def has_left(self, person: UUID, day: date) -> bool:
        """Whether every role that the person held has ended; whoever never held one has not left."""
        held = [one for several in self.holdings.values() for one in several if one.person_id == person]
        return bool(held) and all(one.ends is not None and one.ends < day for one in held)

    def above(self, unit: UUID | None, kind: RoleKind) -> list[Post]:
        """The roles of that kind in the unit and above it, the nearest first."""
        found = list[Post]()
        while unit is not None:
            here = (post for post in self.posts.values() if (post.unit_id, post.kind) == (unit, kind))
            found += sorted(here, key=lambda post: post.code)
            unit = self.parents[unit]
        return found

    def of_kind(self, kind: RoleKind) -> list[Post]:
        """The roles of that kind anywhere."""
        return sorted((post for post in self.posts.values() if post.kind == kind), key=lambda post: post.code)

    def codes(self, people: Iterable[UUID]) -> tuple[str, ...]:
        """The codes of those persons."""
        return tuple(self.people[person][1] for person in people)


def organisation_chart(session: Session) -> OrganisationChart:
    """The organisation as it is on record now, in five queries however large it is."""
    holdings: dict[UUID, list[Holding]] = defaultdict(list)
    held = columns_of(
        RoleHolding.role_id, RoleHolding.person_id, RoleHolding.starts, RoleHolding.ends, RoleHolding.deputy
    )
    for role, *holding in session.execute(held):
        holdings[role].append(Holding(*holding))
    absences: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for person, starts, ends in session.execute(columns_of(Absence.person_id, Absence.starts, Absence.ends)):
        absences[person].append((starts, ends))
    roles = session.exec(select(Role).order_by(col(Role.code)))
    return OrganisationChart(
        parents=dict(session.exec(select(OrgUnit.id, OrgUnit.parent_id)).all()),
        posts={one.id: Post(one.id, one.code, one.name, one.kind, one.unit_id) for one in roles},
        holdings={role: tuple(several) for role, several in holdings.items()},
        people={id_: (name, code) for id_, name, code in session.exec(select(Person.id, Person.name, Person.code))},
        absences={person: tuple(several) for person, several in absences.items()},
    )
