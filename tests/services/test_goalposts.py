"""The goalposts ledger: what was moved, by whom, to which side, and the status it would have given before."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.database import supersede, was_current, writing
from okr_engine.model import (
    BreakKind,
    ComparabilityBreak,
    Direction,
    Indicator,
    KeyResult,
    Limit,
    Status,
    Target,
)
from okr_engine.periods import Period
from okr_engine.services.evaluation import evaluate
from okr_engine.services.goalpost_moves import Goalpost
from okr_engine.services.goalposts import LedgerLine, Retold, goalposts
from okr_engine.services.standings import decisions_in
from okr_engine.statistics.aims import Shift
from tests.services.small_county import (
    DECEMBER,
    JANUARY,
    NOW,
    OUTSIDER,
    Q2,
    STRATEGY_OFFICE,
    TODAY,
    SmallCounty,
)

WHY = "Johtoryhmän päätös 12 §"
APRIL = date(2025, 4, 1)
LATER = NOW + timedelta(days=2)


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


@pytest.fixture
def county_on_both(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def ledger(county: SmallCounty, quarter: Period = Q2, who: str = STRATEGY_OFFICE) -> tuple[LedgerLine, ...]:
    return county.see(who, goalposts, quarter, county.rulebooks.status, today=TODAY)


def only_line(county: SmallCounty, quarter: Period = Q2) -> LedgerLine:
    (line,) = ledger(county, quarter)
    return line


def revise(county: SmallCounty, *, at: datetime = LATER, **level: Any) -> None:
    """Put another level in the place of A1.1's target, on the same days."""
    with writing(county.engine, actor=OPERATOR.code, now=at) as session:
        known = session.exec(select(Target).where(was_current(Target, None))).one()
        fresh = Target(
            key_result_id=known.key_result_id,
            valid_from=known.valid_from,
            reason=WHY,
            recorded_at=at,
            recorded_by="leadership",
            **level,
        )
        supersede(session, known, fresh)


def follow(county: SmallCounty, code: str, valid_from: date, *, at: datetime = LATER, **level: Any) -> None:
    """Let another target follow."""
    with writing(county.engine, actor=OPERATOR.code, now=at) as session:
        key_result = session.exec(select(KeyResult.id).where(KeyResult.code == code)).one()
        session.add(
            Target(
                key_result_id=key_result,
                valid_from=valid_from,
                reason=WHY,
                recorded_at=at,
                recorded_by="leadership",
                **level,
            )
        )


def edit(county: SmallCounty, code: str, **fields: Any) -> None:
    with writing(county.engine, actor="strategy-office", now=LATER) as session:
        row = session.exec(select(KeyResult).where(KeyResult.code == code)).one()
        row.sqlmodel_update(fields)
        session.add(row)


def limit_of(county: SmallCounty, value: str, *, valid_from: date = JANUARY) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=LATER) as session:
        indicator = session.exec(select(Indicator.id).where(Indicator.code == "promise")).one()
        session.add(
            Limit(
                indicator_id=indicator,
                value=Decimal(value),
                valid_from=valid_from,
                recorded_at=LATER,
                recorded_by="leadership",
                reason=WHY,
            )
        )


def test_a_revised_target_tells_who_when_why_and_the_status_it_would_have_given_before(
    county_on_both: SmallCounty,
) -> None:
    revise(county_on_both, value=Decimal(70))

    line = only_line(county_on_both)

    move = line.move
    assert (move.goalpost, move.before.value, move.after.value) == (Goalpost.TARGET, Decimal(100), Decimal(70))
    assert (move.moved_by, move.moved_at, move.reason, move.shift) == ("leadership", LATER, WHY, Shift.EASIER)
    (effect,) = line.effects
    assert (effect.of.code, effect.before, effect.now) == ("A1.1", Status.NEEDS_SUPPORT, Status.ON_TRACK)


def test_the_status_before_is_the_one_that_was_decided_with_the_target_of_before(county: SmallCounty) -> None:
    decided = {one.status for one in county.ask(decisions_in, Q2, None).values() if "target" in one.facts}
    revise(county, value=Decimal(70))

    assert {one.before for one in only_line(county).effects} == decided


def test_a_target_that_follows_another_is_a_move_too(county: SmallCounty) -> None:
    follow(county, "A1.1", APRIL, value=Decimal(70))

    line = only_line(county)

    assert (line.move.before.value, line.move.after.value, line.move.valid_from) == (Decimal(100), Decimal(70), APRIL)
    assert (line.retold, line.effects[0].now) == (Retold.TOLD, Status.ON_TRACK)


def test_a_target_that_takes_force_after_the_quarter_has_not_changed_its_status(county: SmallCounty) -> None:
    follow(county, "A1.1", date(2025, 7, 1), value=Decimal(70))

    line = only_line(county)

    assert (line.retold, line.effects) == (Retold.NOT_IN_FORCE, ())


def test_a_step_set_together_with_the_one_before_is_a_plan_and_a_later_one_is_not(county: SmallCounty) -> None:
    with writing(county.engine, actor=OPERATOR.code, now=LATER) as session:
        key_result = session.exec(select(KeyResult.id).where(KeyResult.code == "A2.1")).one()
        for value, valid_from in ((130, JANUARY), (120, APRIL)):
            session.add(
                Target(
                    key_result_id=key_result,
                    value=Decimal(value),
                    valid_from=valid_from,
                    recorded_at=LATER,
                    recorded_by=OPERATOR.code,
                )
            )
    follow(county, "A2.1", date(2025, 7, 1), value=Decimal(110))

    planned = {one.move.after.value: one.move.is_planned for one in ledger(county)}

    assert planned == {Decimal(120): True, Decimal(110): False}


def test_a_first_target_is_set_and_not_moved(county: SmallCounty) -> None:
    follow(county, "A2.1", JANUARY, value=Decimal(120))

    assert ledger(county) == ()


def test_a_target_kept_with_another_reason_is_not_moved(county: SmallCounty) -> None:
    revise(county, value=Decimal(100), valid_to=DECEMBER)

    assert ledger(county) == ()


def test_a_move_stays_in_force_when_its_end_is_set_later(county: SmallCounty) -> None:
    revise(county, value=Decimal(70))
    revise(county, value=Decimal(70), valid_to=DECEMBER)

    assert only_line(county).retold == Retold.TOLD


def test_of_two_moves_to_the_same_level_only_the_one_in_force_is_judged(county: SmallCounty) -> None:
    for month, value in ((4, 70), (5, 100), (6, 70)):
        follow(county, "A1.1", date(2025, month, 1), at=LATER + timedelta(days=month), value=Decimal(value))

    judged = [one.move.valid_from for one in ledger(county) if one.retold == Retold.TOLD]

    assert judged == [date(2025, 6, 1)]


def test_the_newest_move_stands_first(county: SmallCounty) -> None:
    revise(county, value=Decimal(90))
    revise(county, value=Decimal(70), at=LATER + timedelta(days=1))

    assert [one.move.after.value for one in ledger(county)] == [Decimal(70), Decimal(90)]


@pytest.mark.parametrize(
    ("direction", "level", "shift"),
    [
        (Direction.AT_LEAST, "90", Shift.EASIER),
        (Direction.AT_LEAST, "110", Shift.HARDER),
        (Direction.INCREASE, "90", Shift.EASIER),
        (Direction.AT_MOST, "90", Shift.HARDER),
        (Direction.AT_MOST, "110", Shift.EASIER),
        (Direction.DECREASE, "110", Shift.EASIER),
        (Direction.IMPROVE, "90", Shift.EASIER),
        (Direction.NEUTRAL, "90", Shift.OTHER),
    ],
)
def test_which_way_is_easier_depends_on_the_direction(
    county: SmallCounty, direction: Direction, level: str, shift: Shift
) -> None:
    edit(county, "A1.1", direction=direction)
    revise(county, value=Decimal(level))

    targets = [one.move for one in ledger(county) if one.move.goalpost == Goalpost.TARGET]
    assert [one.shift for one in targets] == [shift]


def test_a_moved_statutory_limit_is_judged_for_every_key_result_under_it(county: SmallCounty) -> None:
    limit_of(county, "95")
    limit_of(county, "60", valid_from=APRIL)

    line = only_line(county)

    assert (line.move.goalpost, line.move.shift, line.retold) == (Goalpost.LIMIT, Shift.EASIER, Retold.TOLD)
    assert [one.of.code for one in line.effects] == ["A1.1"]


@pytest.mark.parametrize(
    ("fields", "goalpost", "shift"),
    [
        ({"baseline": Decimal(150)}, Goalpost.BASELINE, Shift.EASIER),
        ({"baseline": Decimal(130)}, Goalpost.BASELINE, Shift.HARDER),
        ({"due": date(2026, 6, 30)}, Goalpost.DUE, Shift.EASIER),
        ({"due": date(2025, 9, 30)}, Goalpost.DUE, Shift.HARDER),
        ({"direction": Direction.INCREASE}, Goalpost.DIRECTION, Shift.OTHER),
    ],
)
def test_edited_terms_of_a_key_result_come_from_the_audit_log(
    county: SmallCounty, fields: dict[str, Any], goalpost: Goalpost, shift: Shift
) -> None:
    edit(county, "A2.1", **fields)

    line = only_line(county)

    ((_, after),) = fields.items()
    assert (line.move.goalpost, line.move.after, line.move.shift) == (goalpost, after, shift)
    assert (line.move.moved_by, line.retold) == ("strategy-office", Retold.TOLD)


def test_a_turned_direction_shows_the_status_it_would_have_given_before(county: SmallCounty) -> None:
    # The events fell from 140.6: good for who wants fewer, bad for who wants more.
    edit(county, "A2.1", direction=Direction.INCREASE)
    with writing(county.engine, actor=OPERATOR.code, now=LATER) as session:
        evaluate(session, OPERATOR, [Q2], county.rulebooks)

    (effect,) = only_line(county, Period.parse("2025-Q1")).effects

    assert effect.before == Status.ON_TRACK
    assert effect.now != Status.ON_TRACK


def test_a_changed_definition_says_that_it_cannot_be_recomputed(county: SmallCounty) -> None:
    with writing(county.engine, actor="data-steward", now=LATER) as session:
        indicator = session.exec(select(Indicator).where(Indicator.code == "promise")).one()
        indicator.definition_version = 2
        session.add(indicator)

    line = only_line(county)

    assert (line.move.goalpost, line.move.before, line.move.after) == (Goalpost.DEFINITION, 1, 2)
    assert line.retold == Retold.NOT_COMPUTABLE


@pytest.mark.parametrize(("kind", "is_listed"), [(BreakKind.DEFINITION, True), (BreakKind.SYSTEM, False)])
def test_a_break_of_the_definition_is_a_moved_goalpost_and_one_of_the_system_is_not(
    county: SmallCounty, kind: BreakKind, is_listed: bool
) -> None:
    with writing(county.engine, actor="data-steward", now=LATER) as session:
        indicator = session.exec(select(Indicator.id).where(Indicator.code == "promise")).one()
        session.add(
            ComparabilityBreak(
                indicator_id=indicator, day=APRIL, kind=kind, recorded_at=LATER, recorded_by="data-steward"
            )
        )

    assert bool(ledger(county)) == is_listed


def test_nobody_reads_of_moves_on_goals_they_may_not_read(county: SmallCounty) -> None:
    revise(county, value=Decimal(70))

    assert ledger(county, who=OUTSIDER) == ()
