"""What an export holds, and that it can be brought back."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from okr_engine.access import OPERATOR, Actor, Grant
from okr_engine.database import connect, reading, writing
from okr_engine.model import (
    BreakKind,
    ComparabilityBreakForm,
    GoalForm,
    MeasurementForm,
    OrgUnit,
    OrgUnitForm,
    PersonForm,
    RoleHoldingForm,
    RoleKind,
    TargetForm,
)
from okr_engine.services.exporting import export_content
from okr_engine.services.importing import import_content
from okr_engine.words import Language
from okr_engine.workbook import Content, content_of, read_workbook, write_workbook
from tests.workbook.samples import FILE, Q1, START, county

NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)


@pytest.fixture
def another_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A second, empty installation."""
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'another.db')}")
    yield engine
    engine.dispose()


def imported(engine: Engine, content: Content, *, now: datetime = NOW) -> None:
    with writing(engine, actor="operator", now=now) as session:
        import_content(session, OPERATOR, content)


def exported(engine: Engine, actor: Actor = OPERATOR, as_of: datetime | None = None) -> Content:
    with reading(engine) as session:
        return export_content(session, actor, as_of)


def corrections() -> Content:
    return content_of(
        [
            MeasurementForm(
                indicator="solved", unit="first-line", period=Q1, value=Decimal("88.1"), reason="Lähde korjasi luvun"
            ),
            TargetForm(key_result="A1.2", value=Decimal(82), valid_from=START, reason="Johtoryhmä nosti tavoitetta"),
            ComparabilityBreakForm(
                indicator="solved",
                day=date(2025, 3, 1),
                kind=BreakKind.COVERAGE,
                withdrawn=True,
                reason="Katkoa ei ollutkaan",
            ),
        ],
        file=FILE,
    )


@pytest.mark.parametrize("language", list(Language))
def test_export_import_export_gives_the_same_bytes_also_for_restated_figures_and_withdrawn_breaks(
    memory_engine: Engine, another_engine: Engine, language: Language
):
    imported(memory_engine, county())
    imported(memory_engine, corrections(), now=NOW + timedelta(hours=1))
    first = write_workbook(exported(memory_engine), language)

    imported(another_engine, read_workbook(first, file=FILE, max_mb=10))

    assert write_workbook(exported(another_engine), language) == first
    assert exported(another_engine).forms(MeasurementForm)[1].value == Decimal("88.1")


def test_an_export_brings_back_everything_that_was_imported(engine: Engine):
    imported(engine, county())

    content = exported(engine)

    for form, entries in county().entries.items():
        assert sorted(map(repr, content.forms(form))) == sorted(repr(entry.form) for entry in entries)


def test_an_export_as_of_an_earlier_moment_shows_what_was_known_then(memory_engine: Engine):
    imported(memory_engine, county())
    before = write_workbook(exported(memory_engine), Language.FI)
    imported(memory_engine, corrections(), now=NOW + timedelta(hours=1))
    imported(
        memory_engine,
        content_of([OrgUnitForm(code="county", name_fi="Uusi nimi", name_en="County")], file=FILE),
        now=NOW + timedelta(hours=1),
    )

    assert write_workbook(exported(memory_engine, as_of=NOW), Language.FI) == before
    assert write_workbook(exported(memory_engine), Language.FI) != before


def test_an_export_holds_only_units_the_actor_reads_and_no_people_unless_the_actor_maintains_them(
    memory_engine: Engine,
):
    imported(memory_engine, county())
    viewer = holding(memory_engine, RoleKind.VIEWER, "first-line")

    content = exported(memory_engine, viewer)

    assert [form.code for form in content.forms(OrgUnitForm)] == ["first-line"]
    assert {form.unit for form in content.forms(MeasurementForm)} == {"first-line"}
    assert [form.code for form in content.forms(GoalForm)] == ["A1"]
    assert not content.forms(PersonForm)
    assert not content.forms(RoleHoldingForm)


def test_a_data_steward_exports_the_people_with_roles_in_their_units(memory_engine: Engine):
    imported(memory_engine, county())
    steward = holding(memory_engine, RoleKind.DATA_STEWARD, "first-line")

    assert [form.code for form in exported(memory_engine, steward).forms(PersonForm)] == ["aino"]


def test_an_export_asks_the_database_equally_often_however_much_there_is(memory_engine: Engine):
    imported(memory_engine, county())
    few = queries(memory_engine, lambda: exported(memory_engine))
    more = [OrgUnitForm(code=f"u{number}", name_fi="Yksikkö", parent="county") for number in range(50)]
    imported(memory_engine, content_of(more, file=FILE))

    assert queries(memory_engine, lambda: exported(memory_engine)) == few


def holding(engine: Engine, kind: RoleKind, *codes: str) -> Actor:
    """Somebody with a role of that kind in those units."""
    units = unit_ids(engine)
    grant = Grant(kind, next(iter(units.values())), frozenset(units[code] for code in codes))
    return Actor(code="aino", name="Aino", language=Language.FI, grants=(grant,))


def unit_ids(engine: Engine) -> dict[str, UUID]:
    with reading(engine) as session:
        return {unit.code: unit.id for unit in session.exec(select(OrgUnit))}


def queries(engine: Engine, ask: Callable[[], object]) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)
