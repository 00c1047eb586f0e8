"""Sources and what is computed from them: added, edited, asked to be read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlmodel import Session, col, select

from connectors.registry import Registry, known_sources
from okr_engine.access import Actor, Permission, require
from okr_engine.database import moment_of, write_deed
from okr_engine.errors import InvalidInput, InvalidSource, NotFound, StaleEdit
from okr_engine.measuring.definition import definition
from okr_engine.model import (
    Calculation,
    CalculationForm,
    Indicator,
    OrgUnit,
    Role,
    Schedule,
    Source,
    SourceForm,
    Timetable,
)
from okr_engine.model.rows import Editable
from okr_engine.services.calculations import check_unit
from okr_engine.services.connections import read_settings
from okr_engine.services.people import last_saved_by
from okr_engine.services.schedules import next_due, schedule_of
from okr_engine.services.setting_forms import mistakes_in_words
from okr_engine.words import message


def source_form(told: Mapping[str, Any]) -> SourceForm:
    """The form that the fields make; InvalidSource with every mistake."""
    try:
        return SourceForm.model_validate(dict(told))
    except ValidationError as error:
        code = str(told.get("code") or "")
        raise InvalidSource(code, mistakes_in_words(SourceForm, error.errors(), file=code)) from error


def add_source(
    session: Session, actor: Actor, form: SourceForm, *, zone: ZoneInfo, registry: Registry | None = None
) -> None:
    """Add a source under a code that nothing has yet; it is read when its timetable says, or when asked for."""
    if session.exec(select(Source.id).where(Source.code == form.code)).first():
        raise InvalidInput(message("sources.code_taken", code=form.code))
    save_source(session, actor, form, based_on=0, zone=zone, registry=registry)


def save_source(
    session: Session,
    actor: Actor,
    form: SourceForm,
    *,
    based_on: int,
    zone: ZoneInfo,
    registry: Registry | None = None,
) -> bool:
    """Add a source (`based_on` 0) or change it over the version shown; whether anything has changed.

    How far it has been read stays known, unless it is read through another connector from now on. StaleEdit when
    somebody has saved since; InvalidSourceSettings, InvalidInput or NotFound for what the form cannot say.
    """
    unit_id = _id(session, OrgUnit, form.unit)
    require(actor, Permission.MANAGE_SOURCES, unit_id)
    read_settings(registry or known_sources(), form.connector, form.settings, code=form.code)
    steward_id = _id(session, Role, form.steward) if form.steward else None
    known = session.exec(select(Source).where(Source.code == form.code).with_for_update()).first()
    values = {**form.model_dump(exclude={"unit", "steward"}), "unit_id": unit_id, "steward_role_id": steward_id}
    if known is None:
        known = Source(**values)
        session.add(known)
        session.flush()
        _plan(session, known, zone)
        return True
    require(actor, Permission.MANAGE_SOURCES, known.unit_id)
    timetable, connector = _timetable(known), known.connector
    if not _change(session, known, values, based_on):
        return False
    if known.connector != connector:
        _begin_anew(session, known)
    if _timetable(known) != timetable:
        _plan(session, known, zone)
    return True


def ask_for_pull(session: Session, actor: Actor, code: str, *, from_the_start: bool = False) -> None:
    """Let the worker read the source at once; `from_the_start` also what has been read before.

    Reading again does no harm: what is known already stays as it is, and what was set aside gets another chance.
    InvalidInput for a paused source, which nobody reads, and for one that is being read.
    """
    source = _source(session, actor, code)
    if source.paused:
        raise InvalidInput(message("sources.is_paused", code=code), remedy=message("sources.is_paused_remedy"))
    schedule = schedule_of(session, source.id)
    _refuse_while_read(session, schedule, code)
    if from_the_start:
        _forget_how_far(session, schedule)
    schedule.next_due, schedule.asked_by = moment_of(session), actor.code
    session.add(schedule)
    deed = {"source": code, "from_the_start": from_the_start}
    write_deed(session, noun="pull_asked", subject=str(source.id), after=deed)


def save_calculation(session: Session, actor: Actor, form: CalculationForm, *, based_on: int) -> bool:
    """Say how an indicator's figures of a unit are computed, over the version shown (0: not yet); whether it is new.

    InvalidInput for a parameter the definition does not have, a period of another length than the indicator's, or a
    definition that counts something else than the indicator does.
    """
    source = _source(session, actor, form.source)
    unit_id = _id(session, OrgUnit, form.unit)
    require(actor, Permission.MANAGE_SOURCES, unit_id)
    indicator = session.get_one(Indicator, _id(session, Indicator, form.indicator))
    _check(form, indicator)
    known = session.exec(
        select(Calculation)
        .where(Calculation.indicator_id == indicator.id, Calculation.unit_id == unit_id)
        .with_for_update()
    ).first()
    values = {
        **form.model_dump(exclude={"indicator", "unit", "source", "first_period"}),
        "first_period": form.first_period,
        "source_id": source.id,
    }
    if known is None:
        session.add(Calculation(**values, indicator_id=indicator.id, unit_id=unit_id))
        return True
    require(actor, Permission.MANAGE_SOURCES, session.get_one(Source, known.source_id).unit_id)
    return _change(session, known, values, based_on)


def version_of_source(session: Session, code: str) -> int:
    """The version of the source with that code; 0 where there is none."""
    return session.exec(select(Source.version).where(Source.code == code)).first() or 0


def version_of_calculation(session: Session, indicator: str, unit: str) -> int:
    """The version of the calculation of that indicator and unit; 0 where there is none."""
    query = (
        select(Calculation.version)
        .join(Indicator, col(Indicator.id) == col(Calculation.indicator_id))
        .join(OrgUnit, col(OrgUnit.id) == col(Calculation.unit_id))
        .where(Indicator.code == indicator, OrgUnit.code == unit)
    )
    return session.exec(query).first() or 0


def _check(form: CalculationForm, indicator: Indicator) -> None:
    if "by" in form.parameters:
        raise InvalidInput(message("calculation.by_itself"))
    of_one = definition(form.kpi, form.kpi_version)
    check_unit(indicator.unit, of_one.form(of_one.with_defaults(form.parameters)).unit)
    if form.first_period.cadence != indicator.cadence:
        wanted = message(f"cadence.{indicator.cadence}")
        raise InvalidInput(message("calculation.other_cadence", period=form.first_period, cadence=wanted))


def _change(session: Session, known: Editable, values: Mapping[str, Any], based_on: int) -> bool:
    """Give the row its new values; False where they are the old ones. StaleEdit over a version that is no more."""
    changed = {name: value for name, value in values.items() if getattr(known, name) != value}
    if not changed:
        return False
    if known.version != based_on:
        raise StaleEdit(theirs="", yours="", saved_by=last_saved_by(session, known))
    for name, value in changed.items():
        setattr(known, name, value)
    session.add(known)
    session.flush()
    return True


def _timetable(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in Timetable.model_fields}


def _plan(session: Session, source: Source, zone: ZoneInfo) -> None:
    schedule = schedule_of(session, source.id)
    schedule.next_due = next_due(source, moment_of(session), zone)
    session.add(schedule)


def _begin_anew(session: Session, source: Source) -> None:
    schedule = schedule_of(session, source.id)
    _refuse_while_read(session, schedule, source.code)
    _forget_how_far(session, schedule)


def _forget_how_far(session: Session, schedule: Schedule) -> None:
    schedule.watermark, schedule.failures = None, 0
    session.add(schedule)


def _refuse_while_read(session: Session, schedule: Schedule, code: str) -> None:
    """Whoever reads the source would overwrite at the end what is said of it meanwhile."""
    if schedule.held_until is not None and schedule.held_until > moment_of(session):
        raise InvalidInput(message("sources.is_being_read", code=code), remedy=message("sources.is_being_read_remedy"))


def _source(session: Session, actor: Actor, code: str) -> Source:
    source = session.exec(select(Source).where(Source.code == code)).first()
    if source is None:
        raise NotFound(message("sources.no_such_source", code=code))
    require(actor, Permission.MANAGE_SOURCES, source.unit_id)
    return source


def _id(session: Session, noun: type[OrgUnit] | type[Role] | type[Indicator], code: str) -> UUID:
    found = session.exec(select(noun.id).where(noun.code == code)).first()
    if found is None:
        raise NotFound(message("error.no_such_code", code=code))
    return found
