"""The database: facts are never overwritten, every change is logged, and any earlier moment can be asked for."""

import stat
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from okr_engine.database import (
    columns_of,
    connect,
    data_version,
    known_at,
    moment_of,
    reading,
    supersede,
    was_current,
    writing,
)
from okr_engine.errors import AuditBroken, DatabaseUnavailable, InvalidSettings
from okr_engine.model import AuditEntry, Indicator, Measurement, MeasureUnit, OrgUnit
from okr_engine.periods import Period
from okr_engine.services.audit_log import verify_audit
from tests.conftest import connected, migrate_at

JANUARY = datetime(2025, 1, 15, 12, tzinfo=UTC)
QUARTER = Period.parse("2025-Q1")


def test_decimals_come_back_exactly_as_they_went_in(engine: Engine) -> None:
    values = [Decimal(text) for text in ("90.81", "-101.5", "0.10", "999999999999.999999", "0.000001")]
    with writing(engine, actor="steward", now=JANUARY) as session:
        unit, indicator = unit_and_indicator(session)
        for number, value in enumerate(values):
            session.add(figure(unit, indicator, value, JANUARY, period=QUARTER.shifted(number)))

    with reading(engine) as session:
        kept = session.scalars(columns_of(Measurement.value).order_by(col(Measurement.period_start))).all()
    assert [str(value) for value in kept] == [str(value) for value in values]


def test_an_earlier_moment_shows_exactly_what_was_known_then(engine: Engine) -> None:
    later = JANUARY + timedelta(days=30)
    with writing(engine, actor="steward", now=JANUARY) as session:
        unit, indicator = unit_and_indicator(session)
        session.add(figure(unit, indicator, Decimal("90.81"), JANUARY))
    with writing(engine, actor="steward", now=later) as session:
        known = session.exec(select(Measurement)).one()
        supersede(session, known, figure(unit, indicator, Decimal("89.2"), later))
        renamed = session.exec(select(OrgUnit)).one()
        renamed.name_fi, renamed.name_sv = "Uusi nimi", "Nytt namn"

    with reading(engine) as session:
        value = columns_of(Measurement.value)
        assert session.scalars(value.where(was_current(Measurement, JANUARY))).all() == [Decimal("90.81")]
        assert session.scalars(value.where(was_current(Measurement, later))).all() == [Decimal("89.2")]
        assert session.scalars(value.where(was_current(Measurement, None))).all() == [Decimal("89.2")]
        [then] = known_at(session, OrgUnit, JANUARY)
        [now] = known_at(session, OrgUnit, None)
        assert (then.name_fi, then.name_sv, then.version) == ("Alue", None, 1)
        assert (now.name_fi, now.name_sv, now.version) == ("Uusi nimi", "Nytt namn", 2)
        assert known_at(session, OrgUnit, JANUARY - timedelta(seconds=1)) == []


def test_two_current_figures_for_the_same_period_cannot_exist(engine: Engine) -> None:
    with writing(engine, actor="steward", now=JANUARY) as session:
        unit, indicator = unit_and_indicator(session)
        session.add(figure(unit, indicator, Decimal(1), JANUARY))

    with pytest.raises(IntegrityError), writing(engine, actor="steward", now=JANUARY) as session:
        session.add(figure(unit, indicator, Decimal(2), JANUARY))


def test_a_change_and_its_audit_entry_happen_together_or_not_at_all(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="power cut"), writing(engine, actor="steward", now=JANUARY) as session:
        unit_and_indicator(session)
        raise RuntimeError("power cut")

    with reading(engine) as session:
        assert session.exec(select(OrgUnit)).all() == []
        assert data_version(session) == 0


def test_the_audit_log_says_who_did_what_and_what_was_before(engine: Engine) -> None:
    with writing(engine, actor="steward", now=JANUARY) as session:
        unit_and_indicator(session)
    with writing(engine, actor="office", now=JANUARY) as session:
        session.exec(select(OrgUnit)).one().name_fi = "Uusi nimi"

    with reading(engine) as session:
        last = session.exec(select(AuditEntry).order_by(AuditEntry.number.desc())).first()  # type: ignore[attr-defined]
        assert last is not None
        assert (last.actor, last.noun, last.change) == ("office", "org_unit", "changed")
        assert (last.before, last.after) == (
            {"name_fi": "Alue", "version": 1},
            {"name_fi": "Uusi nimi", "version": 2},
        )
        assert verify_audit(session).entries == 3


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET actor = 'somebody' WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 1",
        "DELETE FROM audit_entry WHERE number = 2",
        "UPDATE audit_entry SET number = 4 WHERE number = 3",
    ],
)
def test_a_tampered_audit_log_is_noticed(engine: Engine, tampering: str) -> None:
    with writing(engine, actor="steward", now=JANUARY) as session:
        unit, indicator = unit_and_indicator(session)
        session.add(figure(unit, indicator, Decimal(1), JANUARY))
    with engine.begin() as connection:
        connection.execute(text(tampering))

    with pytest.raises(AuditBroken), reading(engine) as session:
        verify_audit(session)


def test_two_writers_at_once_keep_one_unbroken_chain(engine: Engine) -> None:
    def add_units(writer: int) -> None:
        for number in range(10):
            with writing(engine, actor=f"writer-{writer}", now=JANUARY) as session:
                session.add(OrgUnit(code=f"unit-{writer}-{number}", name_fi="Yksikkö"))

    threads = [threading.Thread(target=add_units, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as session:
        assert verify_audit(session).entries == 40


def test_a_database_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "okr.db"
    migrate_at(f"sqlite:///{path}")

    with (
        connected(f"sqlite:///file:{path}?mode=ro&uri=true") as engine,
        pytest.raises(DatabaseUnavailable) as caught,
        writing(engine, actor="steward", now=JANUARY) as session,
    ):
        unit_and_indicator(session)
    assert caught.value.remedy is not None


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    occupied.chmod(stat.S_IREAD)

    with pytest.raises(DatabaseUnavailable) as caught:
        connect(f"sqlite:///{occupied}/okr.db")
    assert str(occupied) in str(caught.value.what.values["database"])


def unit_and_indicator(session: Session) -> tuple[OrgUnit, Indicator]:
    unit = OrgUnit(code="county", name_fi="Alue")
    indicator = Indicator(code="nps", name_fi="Suositteluindeksi", unit=MeasureUnit.INDEX)
    session.add_all([unit, indicator])
    session.flush()
    session.expunge_all()
    return unit, indicator


def figure(unit: OrgUnit, indicator: Indicator, value: Decimal, at: datetime, period: Period = QUARTER) -> Measurement:
    return Measurement(
        indicator_id=indicator.id,
        unit_id=unit.id,
        period=period,
        period_start=period.start,
        value=value,
        recorded_at=at,
        recorded_by="steward",
        reason="late records",
        source="workbook",
    )


def test_a_later_writer_never_bears_an_earlier_moment(engine: Engine) -> None:
    with writing(engine, actor="first", now=JANUARY) as session:
        session.add(OrgUnit(code="first", name_fi="Ensimmäinen"))
    with writing(engine, actor="second", now=JANUARY - timedelta(days=1)) as session:
        assert moment_of(session) == JANUARY
        session.add(OrgUnit(code="second", name_fi="Toinen"))

    with reading(engine) as session:
        assert known_at(session, OrgUnit, JANUARY - timedelta(hours=1)) == []


def test_a_reader_sees_one_moment_while_others_write(engine: Engine) -> None:
    with reading(engine) as session:
        assert session.exec(select(OrgUnit)).all() == []
        with writing(engine, actor="steward", now=JANUARY) as other:
            other.add(OrgUnit(code="county", name_fi="Alue"))
        session.expire_all()
        assert session.exec(select(OrgUnit)).all() == []


@pytest.mark.parametrize("url", ["nonsense", "mysql://okr@127.0.0.1/okr", "sqlite+unknown:///x.db"])
def test_an_address_of_no_database_we_know_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings):
        connect(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "okr.db"
    path.write_bytes(b"This is a letter, not a database. " * 100)

    with pytest.raises(DatabaseUnavailable) as caught:
        migrate_at(f"sqlite:///{path}")
    assert str(path) in str(caught.value.what.values["database"])


def test_days_are_kept_as_days(engine: Engine) -> None:
    with writing(engine, actor="steward", now=JANUARY) as session:
        unit, indicator = unit_and_indicator(session)
        session.add(figure(unit, indicator, Decimal(1), JANUARY))

    with reading(engine) as session:
        assert session.scalars(columns_of(Measurement.period_start)).one() == date(2025, 1, 1)
