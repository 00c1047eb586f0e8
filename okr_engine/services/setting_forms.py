"""A connector's settings as a form: which fields there are, what is typed into them, and every mistake in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from annotated_types import MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from connectors.registry import Registry
from okr_engine.errors import InvalidInput, Mistake, Place
from okr_engine.model.rows import as_json
from okr_engine.words import Message, message

_A_LINE = 1000


class FieldKind(StrEnum):
    """How a setting is asked for; what has parts of its own is written as YAML."""

    TEXT = "text"
    PROSE = "prose"
    NUMBER = "number"
    YES_OR_NO = "yes_or_no"
    CHOICE = "choice"
    DAY = "day"
    PARTS = "parts"


@dataclass(frozen=True)
class SettingField:
    """One setting: its name, what it is called, how it is asked for, and what it is when nothing is said."""

    name: str
    title: Message
    kind: FieldKind
    is_required: bool
    default: Any = None
    choices: tuple[str, ...] = ()

    def shown(self, value: Any) -> Any:
        """A kept value as a person types it."""
        match self.kind:
            case FieldKind.YES_OR_NO:
                return bool(value)
            case FieldKind.DAY:
                return date.fromisoformat(value) if isinstance(value, str) else value
            case FieldKind.PARTS if value not in (None, {}, []):
                return yaml.safe_dump(value, allow_unicode=True, sort_keys=False).strip()
            case FieldKind.PARTS:
                return ""
            case _:
                return "" if value is None else str(value)

    def read(self, typed: Any) -> Any:
        """What was typed as it is kept; None for nothing. InvalidInput for what is no YAML."""
        match self.kind:
            case FieldKind.YES_OR_NO:
                return bool(typed)
            case FieldKind.NUMBER:
                return _number(str(typed or "").strip())
            case FieldKind.PARTS:
                return self._parts(str(typed or ""))
            case FieldKind.CHOICE if typed == "" and "" in self.choices and self.default is not None:
                return ""
            case _:
                return as_json(typed.strip() if isinstance(typed, str) else typed) or None

    def _parts(self, typed: str) -> Any:
        try:
            return yaml.safe_load(typed)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise InvalidInput(
                message("sources.not_yaml", field=self.title, line=mark.line + 1 if mark else 1),
                remedy=message("sources.not_yaml_remedy"),
            ) from error


def setting_fields(registry: Registry, connector: str) -> tuple[SettingField, ...]:
    """The settings that the connector takes, in its order; none where there is no such connector."""
    source = registry.sources.get(connector)
    return fields_of(source.Settings) if source else ()


def fields_of(model: type[BaseModel]) -> tuple[SettingField, ...]:
    """The settings that a model takes, in its order."""
    return tuple(_field(name, one) for name, one in model.model_fields.items())


def settings_shown(fields: Sequence[SettingField], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Kept settings as they are shown in the form."""
    return {one.name: one.shown(settings.get(one.name, one.default)) for one in fields}


def settings_typed(
    fields: Sequence[SettingField], typed: Mapping[str, Any], known: Mapping[str, Any]
) -> dict[str, Any]:
    """What the form's fields say, as settings: what is as it would be without a word is only kept where it was known.

    What nobody has touched is kept as it was. InvalidInput for what is no YAML.
    """
    found = {}
    for one in fields:
        if one.name in known and typed[one.name] == one.shown(known[one.name]):
            found[one.name] = known[one.name]
        elif typed[one.name] != one.shown(one.default) and (value := one.read(typed[one.name])) is not None:
            found[one.name] = value
    return found


def mistakes_in_words(model: type[BaseModel], errors: Sequence[ErrorDetails], *, file: str) -> list[Mistake]:
    """Pydantic's complaints as mistakes that name the field in words."""
    return [_mistake(model, one, file) for one in errors]


def _mistake(model: type[BaseModel], found: ErrorDetails, file: str) -> Mistake:
    top = str(found["loc"][0]) if found["loc"] else ""
    path = ".".join(map(str, found["loc"]))
    field = _title(top, model.model_fields[top]) if top in model.model_fields else path
    place = Place(file=file, record=path or None)
    context = found.get("ctx", {})
    said = str(context.get("error", found["msg"]))
    key = _WORDS.get(found["type"]) or _OUR_REFUSALS.get(said)
    if key is None:
        if not path:
            return Mistake(place, message("sources.setting_refused", said=said))
        return Mistake(place, message("sources.field_refused", field=field, said=said))
    bound = next((context[name] for name in _BOUNDS if name in context), None)
    return Mistake(place, message(key, field=field, bound=bound))


_OUR_REFUSALS = {
    "no address that can be read": "sources.field_shape",
    "a time of day such as 06:30": "sources.field_not_time",
    "a name in at least one language": "sources.name_missing",
    "not a time zone": "sources.field_not_zone",
}
_BOUNDS = ("expected", "ge", "gt", "le", "lt", "max_length")
_WORDS = {
    "missing": "sources.field_missing",
    "extra_forbidden": "sources.field_unknown",
    "string_pattern_mismatch": "sources.field_shape",
    "string_too_short": "sources.field_missing",
    "too_short": "sources.field_missing",
    "string_too_long": "sources.field_too_long",
    "string_type": "sources.field_not_text",
    "int_parsing": "sources.field_not_whole",
    "int_type": "sources.field_not_whole",
    "int_from_float": "sources.field_not_whole",
    "float_parsing": "sources.field_not_number",
    "float_type": "sources.field_not_number",
    "decimal_parsing": "sources.field_not_number",
    "bool_parsing": "sources.field_not_truth",
    "bool_type": "sources.field_not_truth",
    "date_from_datetime_parsing": "sources.field_not_day",
    "date_parsing": "sources.field_not_day",
    "date_type": "sources.field_not_day",
    "literal_error": "sources.field_choice",
    "enum": "sources.field_choice",
    "greater_than_equal": "sources.field_at_least",
    "greater_than": "sources.field_above",
    "less_than_equal": "sources.field_at_most",
    "less_than": "sources.field_below",
    "dict_type": "sources.field_not_mapping",
    "model_type": "sources.field_not_mapping",
    "tuple_type": "sources.field_not_list",
    "list_type": "sources.field_not_list",
    "frozen_set_type": "sources.field_not_list",
}


def _field(name: str, one: FieldInfo) -> SettingField:
    annotation, is_optional = _bare(one.annotation)
    kind, choices = _kind(annotation, one)
    default = None if one.is_required() else one.get_default(call_default_factory=True, validated_data={})
    return SettingField(
        name=name,
        title=_title(name, one),
        kind=kind,
        is_required=one.is_required(),
        default=_plain(default),
        choices=("", *choices) if is_optional and choices else choices,
    )


def _title(name: str, one: FieldInfo) -> Message:
    """What a setting is called; a connector from elsewhere has no sentence in our catalogues."""
    title = one.title or _OWN_TITLES.get(name, "")
    return (
        message(title)
        if title.startswith(_OUR_SENTENCES)
        else message("sources.setting_called", name=one.title or name)
    )


_OUR_SENTENCES = ("sources.", "task_platforms.", "channels.")
_OWN_TITLES = {
    "code": "sources.code",
    "connector": "sources.connector",
    "unit": "sources.unit",
    "steward": "sources.steward",
    "at": "sources.at",
    "day": "sources.day",
    "rhythm": "sources.rhythm",
}


def _bare(annotation: Any) -> tuple[Any, bool]:
    """The annotation without what may stand beside it, and whether it may be left empty."""
    is_optional = False
    if get_origin(annotation) in (Union, UnionType):
        parts = [one for one in get_args(annotation) if one is not type(None)]
        is_optional = len(parts) < len(get_args(annotation))
        annotation = parts[0] if len(parts) == 1 else object
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation, is_optional


def _kind(annotation: Any, one: FieldInfo) -> tuple[FieldKind, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return FieldKind.CHOICE, tuple(map(str, get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return FieldKind.CHOICE, tuple(annotation)
    if annotation is str:
        is_long = any(isinstance(part, MaxLen) and part.max_length > _A_LINE for part in one.metadata)
        return FieldKind.PROSE if is_long else FieldKind.TEXT, ()
    return _KINDS.get(annotation, FieldKind.PARTS), ()


_KINDS = {bool: FieldKind.YES_OR_NO, int: FieldKind.NUMBER, float: FieldKind.NUMBER, date: FieldKind.DAY}


def _plain(value: Any) -> Any:
    """A default as JSON keeps it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(each) for each in value]
    return as_json(value)


def _number(typed: str) -> Any:
    """A number as people type it, with a comma too; what is none stays as it is, for the model to refuse."""
    if not typed:
        return None
    for reader in (int, float):
        try:
            return reader(typed.replace(",", "."))
        except ValueError:
            continue
    return typed
