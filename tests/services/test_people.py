"""Who is who: from what an identity provider says to a person with the roles of the day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.access import OPERATOR, Actor
from okr_engine.database import reading, writing
from okr_engine.errors import NotAllowed, NotFound
from okr_engine.model import AuditEntry, OrgUnit, Person, Role, RoleHolding
from okr_engine.services.demo import DemoCase, load_demo
from okr_engine.services.people import (
    Identity,
    actor_with_code,
    actor_with_identity,
    assignable,
    bind_identity,
    holders,
    is_bound,
)
from tests.services.small_county import (
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    LEADERSHIP,
    NOW,
    OUTSIDER,
    SPONSOR,
    TODAY,
    VIEWER,
    SmallCounty,
)

SPONSOR_EMAIL = f"{SPONSOR}@county.example"
VIEWER_EMAIL = f"{VIEWER}@county.example"
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def said(subject: str, email: str | None = None, *, verified: bool = True) -> Identity:
    return Identity(subject, email, verified)


def recognised(county: SmallCounty, identity: Identity) -> Actor:
    return county.ask(actor_with_identity, identity, today=TODAY)


def bind(county: SmallCounty, code: str, subject: str) -> None:
    county.act(code, bind_identity, said(subject))


def change(county: SmallCounty, code: str, change: Callable[[Person], None]) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        change(session.exec(select(Person).where(Person.code == code)).one())


def test_a_verified_address_leads_to_its_person_however_it_is_written(county: SmallCounty) -> None:
    assert recognised(county, said("sub-1", SPONSOR_EMAIL.upper())).code == SPONSOR


def test_once_bound_the_subject_decides_whatever_the_address_says(county: SmallCounty) -> None:
    bind(county, SPONSOR, "sub-1")

    assert recognised(county, said("sub-1", VIEWER_EMAIL)).code == SPONSOR
    assert recognised(county, said("sub-1", VIEWER_EMAIL, verified=False)).code == SPONSOR
    assert recognised(county, said("sub-1")).code == SPONSOR


def test_once_bound_a_change_of_the_address_kept_here_does_not_matter(county: SmallCounty) -> None:
    bind(county, SPONSOR, "sub-1")
    change(county, SPONSOR, lambda person: setattr(person, "email", "new@county.example"))

    assert recognised(county, said("sub-1", SPONSOR_EMAIL)).code == SPONSOR


@pytest.mark.parametrize(
    ("identity", "why"),
    [
        (said("sub-1", SPONSOR_EMAIL, verified=False), "error.email_not_verified"),
        (said("sub-1", "nobody@elsewhere.example", verified=False), "error.email_not_verified"),
        (said("sub-1", "nobody@elsewhere.example"), "error.unknown_identity"),
        (said("sub-1", "%@county.example"), "error.unknown_identity"),
        (said("sub-1", None), "error.identity_without_email"),
        (said("sub-1", ""), "error.identity_without_email"),
        (said("bound-elsewhere", VIEWER_EMAIL), "error.email_of_another_account"),
    ],
)
def test_whoever_is_nobody_here_is_told_why_and_what_to_do(county: SmallCounty, identity: Identity, why: str) -> None:
    bind(county, VIEWER, "sub-viewer")

    with pytest.raises(NotAllowed) as refused:
        recognised(county, identity)

    assert refused.value.what.key == why
    assert refused.value.remedy


def test_a_letter_that_only_looks_like_a_capital_k_is_another_address(county: SmallCounty) -> None:
    change(county, SPONSOR, lambda person: setattr(person, "email", "kaisa@county.example"))

    with pytest.raises(NotAllowed):
        recognised(county, said("sub-1", "\N{KELVIN SIGN}aisa@county.example"))


def test_an_address_with_letters_beyond_ascii_is_taken_as_it_is_written(county: SmallCounty) -> None:
    change(county, SPONSOR, lambda person: setattr(person, "email", "Päivi@county.example"))

    assert recognised(county, said("sub-1", "Päivi@county.example")).code == SPONSOR


def test_of_two_people_with_the_same_address_nobody_is_guessed(county: SmallCounty) -> None:
    change(county, VIEWER, lambda person: setattr(person, "email", SPONSOR_EMAIL.upper()))

    with pytest.raises(NotAllowed):
        recognised(county, said("sub-1", SPONSOR_EMAIL))


def test_binding_is_a_change_by_the_person_that_the_audit_log_keeps(engine: Engine) -> None:
    county = SmallCounty.laid_out(engine)

    bind(county, SPONSOR, "sub-1")
    [entry] = county.rows(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1))

    assert county.ask(is_bound, said("sub-1"))
    assert (entry.actor, entry.noun) == (SPONSOR, "person")
    assert (entry.before["subject"], entry.after["subject"]) == (None, "sub-1")


def test_binding_twice_changes_nothing_the_second_time(county: SmallCounty) -> None:
    bind(county, SPONSOR, "sub-1")
    before = county.rows(select(AuditEntry.number))

    bind(county, SPONSOR, "sub-1")

    assert county.rows(select(AuditEntry.number)) == before


def test_of_two_accounts_at_once_the_first_is_bound_and_the_second_is_refused(county: SmallCounty) -> None:
    first, second = said("sub-1", SPONSOR_EMAIL), said("sub-2", SPONSOR_EMAIL)
    assert recognised(county, first) == recognised(county, second)
    county.act(SPONSOR, bind_identity, first)

    with pytest.raises(NotAllowed) as refused:
        county.act(SPONSOR, bind_identity, second)

    assert refused.value.what.key == "error.email_of_another_account"
    assert county.rows(select(Person.subject).where(Person.code == SPONSOR)) == ["sub-1"]


def test_a_role_reaches_its_unit_and_every_unit_below(county: SmallCounty) -> None:
    [leadership] = county.ask(actor_with_code, LEADERSHIP, today=TODAY).grants
    [owner] = county.ask(actor_with_code, FIRST_LINE_OWNER, today=TODAY).grants
    units = dict(county.rows(select(OrgUnit.code, OrgUnit.id)))

    assert leadership.units == set(units.values())
    assert owner.units == {units["county.first-line"]}


@pytest.mark.parametrize(
    ("starts", "ends", "held"),
    [
        (YESTERDAY, None, True),
        (TODAY, None, True),
        (YESTERDAY, TODAY, True),
        (TODAY, TODAY, True),
        (TOMORROW, None, False),
        (date(2025, 1, 1), YESTERDAY, False),
    ],
)
@pytest.mark.parametrize("deputy", [False, True])
def test_a_role_counts_from_its_first_day_to_its_last_for_holder_and_deputy(
    county: SmallCounty, starts: date, ends: date | None, deputy: bool, held: bool
) -> None:
    [role_id] = county.rows(select(Role.id).where(Role.code == VIEWER))
    [person_id] = county.rows(select(Person.id).where(Person.code == OUTSIDER))
    with writing(county.engine, actor=OPERATOR.code, now=NOW) as session:
        session.add(RoleHolding(role_id=role_id, person_id=person_id, starts=starts, ends=ends, deputy=deputy))

    outsider = county.ask(actor_with_code, OUTSIDER, today=TODAY)

    assert outsider.role_ids == ({role_id} if held else set())


def test_somebody_without_a_role_is_known_and_holds_nothing(county: SmallCounty) -> None:
    assert recognised(county, said("sub-1", f"{OUTSIDER}@county.example")).grants == ()


def test_a_role_names_its_holder_before_the_deputy(county: SmallCounty) -> None:
    [role] = county.rows(select(Role).where(Role.code == FIRST_LINE_OWNER))

    named = county.ask(holders, [role.id], today=TODAY)

    assert named[role.id] == [("First line owner", False), ("First line deputy", True)]
    assert county.ask(actor_with_code, FIRST_LINE_DEPUTY, today=TODAY).role_ids == {role.id}


def test_a_code_that_is_nobody_is_named(county: SmallCounty) -> None:
    with pytest.raises(NotFound) as missing:
        county.ask(actor_with_code, "nobody", today=TODAY)

    assert missing.value.what.values == {"code": "nobody"}


def test_an_action_is_given_only_within_the_own_organisation(memory_engine: Engine) -> None:
    with writing(memory_engine, actor="operator", now=datetime(2025, 8, 15, tzinfo=UTC)) as session:
        load_demo(session, OPERATOR, DemoCase.ALL)
    today = date(2025, 8, 15)

    with reading(memory_engine) as session:
        owner = actor_with_code(session, "owner-first-line", today=today)
        roles, people = assignable(session, owner, today=today)
        city = {
            person.code for person in session.exec(select(Person)) if (person.email or "").endswith("@city.example")
        }

    codes = {one.code for one in roles} | {one.code for one in people}
    assert {"leadership", "owner-first-line"} <= {one.code for one in people}
    assert city
    assert not codes & city
