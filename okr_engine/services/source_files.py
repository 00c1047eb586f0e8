"""Sources and calculations from a YAML file: all of it comes in, or every mistake is told with its line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlmodel import Session

from connectors.registry import Registry, known_sources
from okr_engine.access import Actor
from okr_engine.errors import InputError, InvalidFile, InvalidRules, InvalidSource, Mistake, Place
from okr_engine.model import CalculationForm, SourceForm
from okr_engine.model.rows import Form
from okr_engine.rulebook.notation import Part, parts_of
from okr_engine.rulebook.notes import Notes
from okr_engine.services.setting_forms import mistakes_in_words
from okr_engine.services.sources import save_calculation, save_source, version_of_calculation, version_of_source

F = TypeVar("F", bound=Form)


@dataclass(frozen=True)
class SourceFile:
    """What a file tells, each with the line it begins on; and what in it is not even a source or a calculation."""

    name: str
    sources: tuple[tuple[int, SourceForm], ...]
    calculations: tuple[tuple[int, CalculationForm], ...]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Brought:
    """How many sources and calculations a file has added or changed."""

    sources: int = 0
    calculations: int = 0


def read_source_file(path: Path) -> SourceFile:
    """The forms of a YAML file with `sources` and `calculations`; InvalidSource for what cannot be read at all."""
    notes = Notes(path.name)
    try:
        top = notes.fields(parts_of(path, notes.note), required=(), optional=("sources", "calculations"))
    except InvalidRules as error:
        raise InvalidSource(path.name, error.mistakes) from error
    sources = _forms(top.get("sources"), SourceForm, notes)
    calculations = _forms(top.get("calculations"), CalculationForm, notes)
    return SourceFile(path.name, tuple(sources), tuple(calculations), tuple(notes.mistakes))


def bring_in(
    session: Session, actor: Actor, told: SourceFile, *, zone: ZoneInfo, registry: Registry | None = None
) -> Brought:
    """Add or change what the file tells, if it is not on record already. InvalidSource with every mistake."""
    registry = registry or known_sources()
    mistakes = [*told.mistakes]

    def source(form: SourceForm) -> bool:
        version = version_of_source(session, form.code)
        return save_source(session, actor, form, based_on=version, zone=zone, registry=registry)

    def calculation(form: CalculationForm) -> bool:
        version = version_of_calculation(session, form.indicator, form.unit)
        return save_calculation(session, actor, form, based_on=version)

    brought = Brought(
        sum(
            _kept(source, form, Place(told.name, line=line, record=form.code), mistakes) for line, form in told.sources
        ),
        sum(
            _kept(calculation, form, Place(told.name, line=line, record=form.indicator), mistakes)
            for line, form in told.calculations
        ),
    )
    if mistakes:
        raise InvalidSource(told.name, sorted(mistakes, key=lambda one: one.place.line or 0))
    return brought


def _kept(save: Callable[[F], bool], form: F, place: Place, mistakes: list[Mistake]) -> bool:
    try:
        return save(form)
    except InvalidFile as refused:
        mistakes += [Mistake(_within(place, one.place), one.what, one.allowed) for one in refused.mistakes]
    except InputError as refused:
        mistakes.append(Mistake(place, refused.what, refused.remedy))
    return False


def _within(place: Place, inner: Place) -> Place:
    record = " ".join(filter(None, (place.record, inner.record)))
    return Place(place.file, line=place.line, record=record)


def _forms(part: Part | None, form: type[F], notes: Notes) -> list[tuple[int, F]]:
    found = []
    for one in notes.items(part):
        told = one.plain()
        if notes.mapping(one) is None or not isinstance(told, Mapping):
            continue
        try:
            found.append((one.line, form.model_validate(dict(told))))
        except ValidationError as error:
            notes.mistakes += [_at_line(each, one) for each in mistakes_in_words(form, error.errors(), file=notes.file)]
    return found


def _at_line(mistake: Mistake, part: Part) -> Mistake:
    top = (mistake.place.record or "").partition(".")[0]
    place = Place(mistake.place.file, line=part.key_lines.get(top, part.line), record=mistake.place.record)
    return Mistake(place, mistake.what, mistake.allowed)
