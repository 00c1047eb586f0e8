"""What the command line says, in the operator's language."""

from enum import StrEnum

import typer
from pydantic import ValidationError

from okr_engine.errors import InvalidFile, InvalidSettings, Mistake, OkrError
from okr_engine.i18n import say, speak
from okr_engine.services.import_plan import Step
from okr_engine.services.installation import Installation, open_installation
from okr_engine.settings import Settings
from okr_engine.words import Language, message
from okr_engine.workbook.choices import CHOICES, NO, YES
from okr_engine.workbook.template import sheet_named


def settings() -> Settings:
    """The settings of the environment; InvalidSettings when they contradict themselves."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'OKR_*'}: {one['msg']}" for one in error.errors())
        raise InvalidSettings(
            message("error.invalid_settings", said=wrong), remedy=message("error.invalid_settings_remedy")
        ) from None


def installation() -> Installation:
    """The installation that the environment names."""
    return open_installation(settings())


def spoken(key: str, /, **values: object) -> str:
    """A sentence in the operator's language."""
    return say(_language(), key, **values)


def tell(key: str, /, **values: object) -> None:
    """One line to standard output."""
    typer.echo(spoken(key, **values))


def tell_of_step(step: Step) -> None:
    """One change of an import in the workbook's own words: where it stands, what was known, what is told, and why."""
    columns = sheet_named(step.sheet).by_field
    changes = "; ".join(
        spoken("cli.change", heading=columns[name].heading, before=_worded(known), after=_worded(step.after[name]))
        for name, known in step.before.items()
    )
    typer.echo(f"  {step.place}: {changes}" + (f" ({step.reason})" if step.reason else ""))


def complain(error: OkrError) -> None:
    """An error to standard error: where, what, every mistake, and the remedy."""
    where = f"{error.place}: " if error.place and str(error.place) else ""
    typer.echo(f"{where}{speak(error.what, _language())}", err=True)
    if isinstance(error, InvalidFile):
        for mistake in error.mistakes:
            typer.echo(f"  {mistake_line(mistake)}", err=True)
    if error.remedy:
        typer.echo(speak(error.remedy, _language()), err=True)


def mistake_line(mistake: Mistake) -> str:
    """A mistake on one line: place, what is wrong, what is allowed."""
    allowed = f" {speak(mistake.allowed, _language())}" if mistake.allowed else ""
    return f"{mistake.place}: {speak(mistake.what, _language())}{allowed}"


def _worded(value: object) -> object:
    """A value of the workbook with its words, where it is one of a list."""
    match value:
        case "":
            return None
        case bool():
            return YES if value else NO
        case StrEnum():
            return CHOICES[type(value)][value]
        case _:
            return value


def _language() -> Language:
    try:
        return Settings().language
    except ValidationError:
        return Language.EN
